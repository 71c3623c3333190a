"""The bounds of all that a log holds: the one declaration for the API, imports and followed logs.

Each field of each body has a bound, whether a person, a file or another instance states it. So what
the API accepts can be followed everywhere, and a hostile log can state no more than a person can.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import is_dataclass
from datetime import UTC, date, datetime

from engine.bounds import (
    COUNT_MOST,
    FIT_MOST,
    IMPORTED_ROWS_MOST,
    AddressBound,
    Bound,
    DayBound,
    DecimalBound,
    IdBound,
    ListBound,
    NumberBound,
    PairBound,
    TextBound,
    TimeBound,
    TypeBound,
)
from engine.consolidation.decision import ProposalDecision
from engine.log.entry_types import ClaimedLevel
from engine.log.inventory_import import ImportedApplication, InventoryImport
from engine.log.source import RegionHandover
from engine.matching.function_classifier import FunctionCorrection
from engine.model import (
    Application,
    Assessment,
    Evidence,
    Integration,
    LevelClaim,
    Opd,
    Provenance,
    PublishedFigures,
    Region,
)
from engine.path.effort import EFFORT_MOST, LevelEffort, RegionEffort
from engine.verification.attestation import Attestation, AttestationRecord, ForeignEdit
from engine.verification.inventory import DevelopmentPolicy, Exemption

# The most rows of each type in one log. All applications of a region are compared with each other,
# which took 11 to 17 CPU seconds for 3,000 with the longest names (docs/bounds.md).
ROWS_MOST: Mapping[type, int] = {
    Opd: 2_000,  # with the urban villages and technical units of the largest regencies
    Application: 3_000,
    Integration: 20_000,
    Assessment: 20_000,  # the nation records the results of 140 regions and agencies each year
    ProposalDecision: 20_000,
    InventoryImport: 10_000,
}

# The most bytes of one body as JSON. The largest is that of an import of 5,000 applications and their
# integrations. A feed sends a body whole, and each of its readers holds it in memory.
BODY_BYTES_MOST = 2_097_152

EVIDENCE_MOST = 20  # documents of a claim or an integration
CLAIMS_MOST = 60  # of an assessment; no instrument has as many indicators

EARLIEST_YEAR = 1980  # of applications and policies
EARLIEST_DAY = date(1900, 1, 1)  # of a document

_CODE = IdBound(128)  # as the column; the longest shipped code has 89 characters
_ID = IdBound(255)  # as the column
_SHORT_ID = IdBound(64)  # as the columns of functions
_INSTRUMENT = IdBound(32)
_VERSION = NumberBound(1, 2**31 - 1)  # as the columns
_YEAR = NumberBound(EARLIEST_YEAR, 2199)  # the API also refuses years that are too far ahead
_COUNT = NumberBound(0, COUNT_MOST)
_ROW_COUNT = NumberBound(0, 2**31 - 1)
_DAY = DayBound(EARLIEST_DAY, date(2199, 12, 31))
_TIME = TimeBound(datetime(1970, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, tzinfo=UTC))
_NAME = TextBound(1, 200)
_OPTIONAL_NAME = TextBound(0, 200)
_TITLE = TextBound(1, 300)
_ACTOR = TextBound(1, 255)  # an account, or a subject of an identity provider
_LINES = TextBound(0, 2_000, has_lines=True)  # descriptions and reasons
_REASON = TextBound(1, 2_000, has_lines=True)
_INDICATOR = NumberBound(1, CLAIMS_MOST)
_LEVEL = NumberBound(0, 5)
_EVIDENCE = ListBound(EVIDENCE_MOST, TypeBound((Evidence,)))
_PROVENANCE = TypeBound((Provenance,))
_ONE_OF_FEW = TypeBound()

# The bounds by type and field. A value of None exceeds none.
BODY_BOUNDS: Mapping[type, Mapping[str, Bound]] = {
    Provenance: {
        "source": TextBound(1, 1_000),
        "confirmed": _ONE_OF_FEW,
        "note": TextBound(0, 2_000, has_lines=True),
    },
    Region: {
        "code": _CODE,
        "name": _NAME,
        "kind": _ONE_OF_FEW,
        "parent": _CODE,
        "provenance": _PROVENANCE,
        "capital": _OPTIONAL_NAME,
        "population": _COUNT,
        "area_km2": DecimalBound(0, 510_100_000),  # of the earth
        "latitude": DecimalBound(-90, 90),
        "longitude": DecimalBound(-180, 180),
    },
    Opd: {
        "id": _ID,
        "region": _CODE,
        "name": _NAME,
        "acronym": TextBound(0, 50),
        "provenance": _PROVENANCE,
        "kind": _ONE_OF_FEW,
        "parent": _ID,
        "affairs": ListBound(60, _SHORT_ID),  # the law has 32 affairs, and functions that support
        "version": _VERSION,
        "successor": _ID,
        "dissolved_reason": _REASON,
    },
    Application: {
        "id": _ID,
        "region": _CODE,
        "opd": _ID,
        "name": _NAME,
        "status": _ONE_OF_FEW,
        "version": _VERSION,
        "provenance": _PROVENANCE,
        "function": _LINES,
        "url": AddressBound(),
        "platform": _OPTIONAL_NAME,
        "year": _YEAR,
        "common_application": _ID,
        "retired_reason": _LINES,
        "capabilities": ListBound(3, _ONE_OF_FEW),
        "consulted": _ONE_OF_FEW,
        "users": _COUNT,
        "fit": NumberBound(1, FIT_MOST),
        "yearly_cost": _COUNT,
        "migration_cost": _COUNT,
        "added_cost": _COUNT,
        "developer": _OPTIONAL_NAME,
        "hosting": _OPTIONAL_NAME,
        "database": _OPTIONAL_NAME,
        "legal_basis": _LINES,
        "public_service": _ONE_OF_FEW,
    },
    Integration: {
        "id": _ID,
        "region": _CODE,
        "source": _ID,
        "target": _ID,
        "target_name": _TITLE,
        "data_object": TextBound(0, 300),  # empty if a list does not state it
        "mode": _ONE_OF_FEW,
        "direction": _ONE_OF_FEW,
        "status": _ONE_OF_FEW,
        "evidence_grade": _ONE_OF_FEW,
        "version": _VERSION,
        "provenance": _PROVENANCE,
        "verified_on": _DAY,
        "evidence": _EVIDENCE,
        "confirmed_on": _DAY,
    },
    Evidence: {
        "title": _TITLE,
        "url": AddressBound(),
        "kind": _ONE_OF_FEW,
        "dated": _DAY,
    },
    Assessment: {
        "id": _ID,
        "region": _CODE,
        "instrument": _INSTRUMENT,
        "year": _YEAR,
        "kind": _ONE_OF_FEW,
        "state": _ONE_OF_FEW,
        "version": _VERSION,
        "provenance": _PROVENANCE,
        "levels": ListBound(CLAIMS_MOST, TypeBound((LevelClaim,))),
        "published": TypeBound((PublishedFigures,)),
        "returned_reason": _LINES,
    },
    LevelClaim: {
        "indicator": _INDICATOR,
        "level": _LEVEL,
        "explanation": TextBound(0, 10_000, has_lines=True),
        "evidence": _EVIDENCE,
    },
    PublishedFigures: {
        "value": DecimalBound(0, 5),
        "predicate": TextBound(0, 100),
        "domains": ListBound(20, PairBound(NumberBound(1, 20), DecimalBound(0, 5))),
    },
    ClaimedLevel: {
        "assessment": _ID,
        "version": _VERSION,
        "claim": TypeBound((LevelClaim,)),
    },
    Attestation: {"opd": _ID, "by": _ACTOR, "at": _TIME},
    ForeignEdit: {"opd": _ID, "subject": _ID, "by": _ACTOR, "at": _TIME},
    AttestationRecord: {
        "attestation": TypeBound((Attestation,)),
        "invalidated_by": TypeBound((ForeignEdit,)),
    },
    ProposalDecision: {
        "region": _CODE,
        "proposal": _ID,
        "inputs": _SHORT_ID,
        "decision": _ONE_OF_FEW,
        "reason": _LINES,
        "by": _ACTOR,
        "at": _TIME,
        "kind": _ONE_OF_FEW,
        "applications": ListBound(ROWS_MOST[Application], _ID),
    },
    FunctionCorrection: {
        "application": _ID,
        "function": _SHORT_ID,
        "by": _ACTOR,
        "at": _TIME,
    },
    Exemption: {"opd": _ID, "reason": _LINES},
    DevelopmentPolicy: {
        "region": _CODE,
        "year": _YEAR,
        "title": TextBound(0, 300),  # empty if the policy has ended, as is the address
        "url": AddressBound(may_be_empty=True),
    },
    RegionEffort: {
        "region": _CODE,
        "instrument": _INSTRUMENT,
        "steps": ListBound(5 * CLAIMS_MOST, TypeBound((LevelEffort,))),
    },
    LevelEffort: {
        "indicator": _INDICATOR,
        "level": _LEVEL,
        "effort": DecimalBound(0, EFFORT_MOST),
    },
    RegionHandover: {
        "region": _CODE,
        "url": AddressBound(schemes=("http", "https", "ws", "wss")),
    },
    InventoryImport: {
        "id": _ID,
        "region": _CODE,
        "file_name": TextBound(1, 255),
        "by": _ACTOR,
        "at": _TIME,
        "applications": ListBound(IMPORTED_ROWS_MOST, TypeBound((ImportedApplication,))),
        "integrations": ListBound(ROWS_MOST[Integration], _ID),
        "left": _ROW_COUNT,
        "refused": _ROW_COUNT,
        "undone_by": _ACTOR,
        "undone_at": _TIME,
    },
    ImportedApplication: {
        "application": _ID,
        "row": NumberBound(1, 2**31 - 1),
        "before": _VERSION,
        "after": _VERSION,
    },
}


def check_bounds(value: object, field: str = "") -> None:
    """Check a body, with all that it holds.

    Args:
        field: the path of the value in a larger one, for the message.

    Raises:
        BoundExceeded: a text, an address, a number or a list exceeds its bound.
    """
    for name, bound in BODY_BOUNDS[type(value)].items():
        inner = getattr(value, name)
        if inner is None:
            continue
        path = f"{field}.{name}" if field else name
        bound.check(path, inner)
        if not isinstance(inner, str | int):
            for inner_path, value_within in _inner_values(path, inner):
                check_bounds(value_within, inner_path)


def text_bound(kind: type, field: str) -> TextBound:
    """Return the bound of a text field of a type."""
    bound = BODY_BOUNDS[kind][field]
    assert isinstance(bound, TextBound)
    return bound


def number_bound(kind: type, field: str) -> NumberBound:
    """Return the bound of a number field of a type."""
    bound = BODY_BOUNDS[kind][field]
    assert isinstance(bound, NumberBound)
    return bound


def _inner_values(path: str, value: object) -> list[tuple[str, object]]:
    if is_dataclass(value):
        return [(path, value)]
    if isinstance(value, tuple):
        return [(f"{path}.{index}", item) for index, item in enumerate(value) if is_dataclass(item)]
    return []
