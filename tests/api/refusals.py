"""Valid inputs of mutations, and the problems that a mutation returns for other inputs."""

from __future__ import annotations

from typing import Any

from tests.api import places

Given = dict[str, Any]

OFFICE, HEALTH, BUDGET = "application-office", "application-health", "application-budget"
RESULT = "assessment-32.11-spbe-2020-2024-official"
USED: Given = {"idempotencyKey": "used"}
EMPTY_KEY: Given = {"idempotencyKey": ""}

NEW: Given = {"region": "32.11", "opd": "opd-32.11.dinkes", "name": "Baru"}
DRAWN: Given = {"source": OFFICE, "target": HEALTH, "dataObject": "pasien", "mode": "API"}
STARTED: Given = {"region": "32.11", "instrument": "pemdi-2026", "year": 2027, "kind": "SELF"}
CLAIMED: Given = {"assessment": places.DRAFT, "indicator": 1, "level": 4, "version": 1}
DECIDED: Given = {
    "region": "32.11",
    "id": "1e5104fa6d737e3cc881e18100e9b310",  # replace E-Office by SRIKANDI
    "inputs": "old",
    "decision": "REJECT",
    "reason": "dipakai",
}
PAPER = [{"title": "Berita acara", "url": "https://a.id/ba"}]
POLICY: Given = {
    "region": "32.11",
    "year": 2020,
    "title": "Perbup",
    "url": "https://a.id/perbup",
}
EDITED: Given = {
    "region": "32.11",
    "instrument": "spbe-2020",
    "steps": [{"indicator": 36, "level": 4, "effort": "2.5"}],
}
PRINTED: Given = {
    "region": "32.11",
    "instrument": "spbe-2020",
    "year": 2023,
    "kind": "OFFICIAL",
    "value": "4.14",
    "source": "laporan",
}


def the(id: str, version: int = 1, /, **more: object) -> Given:
    return {"id": id, "version": version, **more}


def not_found(id: str) -> Given:
    return {"__typename": "NotFound", "id": id}


def invalid(field: str, expected: str, got: str) -> Given:
    return {"__typename": "InvalidInput", "field": field, "expected": expected, "got": got}


def conflict(id: str, expected: int, current: int) -> Given:
    return {
        "__typename": "VersionConflict",
        "id": id,
        "expectedVersion": expected,
        "currentVersion": current,
    }


def exists(id: str) -> Given:
    return {"__typename": "AlreadyExists", "id": id}


def state(id: str, was: str, *allowed: str) -> Given:
    return {"__typename": "WrongState", "id": id, "currentState": was, "allowed": list(allowed)}


ELSEWHERE: Given = {"__typename": "OwnedElsewhere"}
REUSED: Given = {"__typename": "IdempotencyKeyReused", "key": "used"}
NO_KEY = invalid("idempotencyKey", "1 to 128 characters", "0 characters")
WEB = "an address that begins with http:// or https:// and names a host"
FIGURE = "a number with two decimals from 1.00 to 5.00"
NEW_OPD: Given = {"region": "32.11", "name": "Dinas Baru", "kind": "DEPARTMENT"}
EDITABLE = ("DRAFT", "RETURNED")
