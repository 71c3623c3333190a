"""Valid inputs of mutations, and the problems that a mutation returns for other inputs."""

from __future__ import annotations

from typing import Any

from tests.api import two_provinces

Fields = dict[str, Any]

OFFICE, HEALTH, BUDGET = (
    "32.11:application-office",
    "32.11:application-health",
    "32.73:application-budget",
)
RESULT_ID = "32:assessment-32.11-spbe-2020-2024-official"
USED_KEY: Fields = {"idempotencyKey": "used"}
EMPTY_KEY: Fields = {"idempotencyKey": ""}

NEW_APPLICATION: Fields = {"regionCode": "32.11", "opdId": "32.11:opd-dinkes", "name": "Baru"}
NEW_INTEGRATION: Fields = {
    "sourceId": OFFICE,
    "targetId": HEALTH,
    "dataObject": "pasien",
    "mode": "API",
}
NEW_ASSESSMENT: Fields = {
    "regionCode": "32.11",
    "instrumentId": "pemdi-2026",
    "year": 2027,
    "kind": "SELF",
}
LEVEL_CLAIM: Fields = {
    "assessmentId": two_provinces.DRAFT,
    "indicator": 1,
    "level": 4,
    "version": 1,
}
LEVEL_CLAIMS: Fields = {
    "assessmentId": two_provinces.DRAFT,
    "version": 1,
    "claims": [{"indicator": 1, "level": 4}, {"indicator": 20, "level": 5}],
}
DECISION: Fields = {
    "proposalId": "32.11:proposal-3a56efc7f572bc7abf9b9ba8877afb63",  # replace E-Office by SRIKANDI
    "inputsHash": "old",
    "choice": "REJECT",
    "reason": "dipakai",
}
DOCUMENTS = [{"title": "Berita acara", "url": "https://a.id/ba"}]
POLICY: Fields = {
    "regionCode": "32.11",
    "year": 2020,
    "title": "Perbup",
    "url": "https://a.id/perbup",
}
EFFORT_EDIT: Fields = {
    "regionCode": "32.11",
    "instrumentId": "spbe-2020",
    "steps": [{"indicator": 36, "level": 4, "effort": "2.5"}],
}
PUBLISHED_RESULT: Fields = {
    "regionCode": "32.11",
    "instrumentId": "spbe-2020",
    "year": 2023,
    "kind": "OFFICIAL",
    "value": "4.14",
    "source": "laporan",
}


def versioned(id: str, version: int = 1, /, **changes: object) -> Fields:
    return {"id": id, "version": version, **changes}


def not_found(id: str) -> Fields:
    return {"__typename": "NotFound", "id": id}


def invalid_input(field: str, expected: str, got: str) -> Fields:
    return {"__typename": "InvalidInput", "field": field, "expected": expected, "got": got}


def version_conflict(id: str, expected: int, current: int) -> Fields:
    return {
        "__typename": "VersionConflict",
        "id": id,
        "expectedVersion": expected,
        "currentVersion": current,
    }


def already_exists(id: str) -> Fields:
    return {"__typename": "AlreadyExists", "id": id}


def wrong_state(id: str, current: str, *allowed: str) -> Fields:
    return {
        "__typename": "WrongState",
        "id": id,
        "currentState": current,
        "allowedStates": list(allowed),
    }


def invalid_claims(*claims: tuple[int, str, str, str]) -> Fields:
    """Return the problem with these claims: indicator, field, expected values and value of each."""
    names = ("indicator", "field", "expected", "got")
    return {
        "__typename": "InvalidClaims",
        "claims": [dict(zip(names, claim, strict=True)) for claim in claims],
    }


OWNED_ELSEWHERE: Fields = {"__typename": "OwnedElsewhere"}
KEY_REUSED: Fields = {"__typename": "IdempotencyKeyReused", "key": "used"}
NO_KEY = invalid_input("idempotencyKey", "1 to 128 characters", "0 characters")
WEB_ADDRESS = "an address that begins with http:// or https:// and names a host"
TWO_DECIMALS = "a number from 1.00 to 5.00 with at most two decimal places"
NEW_OPD: Fields = {"regionCode": "32.11", "name": "Dinas Baru", "kind": "DEPARTMENT"}
EDITABLE_STATES = ("DRAFT", "RETURNED")
NOT_RETIRED = ("PLANNED", "ACTIVE", "INACTIVE", "UNKNOWN")
