"""Changes of assessments and of their weights that are refused, each with its problem."""

from __future__ import annotations

from tests.api import places
from tests.api.refusals import (
    CLAIMED,
    DECIDED,
    EDITABLE,
    EDITED,
    EMPTY_KEY,
    FIGURE,
    NO_KEY,
    PRINTED,
    RESULT,
    REUSED,
    STARTED,
    USED,
    WEB,
    Given,
    conflict,
    exists,
    invalid,
    not_found,
    state,
    the,
)

ASSESSMENTS: dict[str, list[tuple[Given, Given]]] = {
    "simulateAssessment": [
        ({"assessment": "assessment-99", "levels": []}, not_found("assessment-99")),
        (
            {"assessment": places.DRAFT, "levels": [{"indicator": 21, "level": 3}]},
            invalid("indicator", "an indicator of pemdi-2026, 1 to 20", "21"),
        ),
        (
            {"assessment": places.DRAFT, "levels": [{"indicator": 1, "level": 6}]},
            invalid("level", "a level from 1 to 5", "6"),
        ),
        (
            {"assessment": RESULT, "levels": []},
            invalid("assessment", "one with levels, or with all domain values", RESULT),
        ),
        ({"assessment": places.DRAFT, "levels": [], **USED}, REUSED),
    ],
    "editEffort": [
        ({**EDITED, "region": "99.99"}, not_found("99.99")),
        (
            {**EDITED, "instrument": "spbe-1999"},
            invalid("instrument", "one of spbe-2018, spbe-2020, pemdi-2026", "spbe-1999"),
        ),
        (
            {**EDITED, "steps": [{"indicator": 48, "level": 2, "effort": None}]},
            invalid("steps[0]", "a step of spbe-2020", "indicator 48, level 2"),
        ),
        (
            {**EDITED, "steps": [{"indicator": 1, "level": 2, "effort": "1e3"}]},
            invalid("steps[0].effort", "a decimal with at most two places, as 2.5", "1e3"),
        ),
        (
            {**EDITED, "steps": [{"indicator": 1, "level": 2, "effort": "0"}]},
            invalid(
                "steps", "a number above 0, up to 1000, with at most two decimals", "0 for 1 at 2"
            ),
        ),
        ({**EDITED, **USED}, REUSED),
    ],
    "decideProposal": [
        ({**DECIDED, "region": "99.99"}, not_found("99.99")),
        ({**DECIDED, "id": "none"}, not_found("none")),
        (
            DECIDED,
            invalid("inputs", "those that the proposal has now: read it again", "'old'"),
        ),
        ({**DECIDED, "reason": " "}, invalid("reason", "1 to 2000 characters", "0")),
        (
            {**DECIDED, "decision": "DEFER", "reason": "x" * 2001},
            invalid("reason", "0 to 2000 characters", "2001"),
        ),
        ({**DECIDED, **EMPTY_KEY}, NO_KEY),
        ({**DECIDED, **USED}, REUSED),
    ],
    "startAssessment": [
        ({**STARTED, "region": "99.99"}, not_found("99.99")),
        (
            {**STARTED, "instrument": "pemdi"},
            invalid("instrument", "one of spbe-2018, spbe-2020, pemdi-2026", "pemdi"),
        ),
        ({**STARTED, "year": 2025}, invalid("year", "a year from 2026 to 2036", "2025")),
        ({**STARTED, "year": 2037}, invalid("year", "a year from 2026 to 2036", "2037")),
        (
            {**STARTED, "instrument": "spbe-2020", "year": 2026},
            invalid("year", "a year from 2021 to 2025", "2026"),
        ),
        ({**STARTED, "year": 2026}, exists(places.DRAFT)),
        ({**STARTED, **USED}, REUSED),
    ],
    "claimLevel": [
        ({**CLAIMED, "assessment": "assessment-99"}, not_found("assessment-99")),
        (
            {**CLAIMED, "indicator": 0},
            invalid("indicator", "an indicator of pemdi-2026, 1 to 20", "0"),
        ),
        (
            {**CLAIMED, "indicator": 21},
            invalid("indicator", "an indicator of pemdi-2026, 1 to 20", "21"),
        ),
        ({**CLAIMED, "level": 0}, invalid("level", "a level from 1 to 5", "0")),
        ({**CLAIMED, "level": 6}, invalid("level", "a level from 1 to 5", "6")),
        (
            {**CLAIMED, "explanation": "x" * 10_001},
            invalid("explanation", "0 to 10000 characters", "10001"),
        ),
        (
            {**CLAIMED, "evidence": [{"title": "SK", "url": "file:///etc/passwd"}]},
            invalid("evidence.url", WEB, "file:///etc/passwd"),
        ),
        ({**CLAIMED, "version": 0}, conflict(places.DRAFT, 0, 1)),
        (
            {**CLAIMED, "assessment": "assessment-submitted"},
            state("assessment-submitted", "SUBMITTED", *EDITABLE),
        ),
        (
            {**CLAIMED, "assessment": "assessment-published"},
            state("assessment-published", "PUBLISHED", *EDITABLE),
        ),
        ({**CLAIMED, "assessment": RESULT}, state(RESULT, "PUBLISHED", *EDITABLE)),
        ({**CLAIMED, **USED}, REUSED),
    ],
    "submitAssessment": [
        (the("assessment-99"), not_found("assessment-99")),
        (the(places.DRAFT, **EMPTY_KEY), NO_KEY),
        (the(places.DRAFT, 3), conflict(places.DRAFT, 3, 1)),
        (
            the("assessment-submitted"),
            state("assessment-submitted", "SUBMITTED", *EDITABLE),
        ),
        (
            the("assessment-empty"),
            {
                "__typename": "IncompleteAssessment",
                "id": "assessment-empty",
                "missing": list(range(1, 21)),
            },
        ),
        (the(places.DRAFT, **USED), REUSED),
    ],
    "returnAssessment": [
        (the("assessment-99", reason="x"), not_found("assessment-99")),
        (
            the("assessment-submitted", reason=" "),
            invalid("reason", "1 to 2000 characters", "0"),
        ),
        (
            the("assessment-submitted", 2, reason="x"),
            conflict("assessment-submitted", 2, 1),
        ),
        (the(places.DRAFT, reason="x"), state(places.DRAFT, "DRAFT", "SUBMITTED")),
        (the("assessment-submitted", reason="x", **USED), REUSED),
    ],
    "publishAssessment": [
        (the("assessment-99"), not_found("assessment-99")),
        (
            the("assessment-simulation"),
            invalid("id", "an assessment that is not a simulation", "assessment-simulation"),
        ),
        (the("assessment-submitted", 2), conflict("assessment-submitted", 2, 1)),
        (the(places.DRAFT), state(places.DRAFT, "DRAFT", "SUBMITTED")),
        (
            the("assessment-published"),
            state("assessment-published", "PUBLISHED", "SUBMITTED"),
        ),
        (the("assessment-submitted", **USED), REUSED),
    ],
    "recordResult": [
        (
            {**PRINTED, "predicate": "Hebat"},
            invalid("predicate", "one of Memuaskan, Sangat Baik, Baik, Cukup, Kurang", "'Hebat'"),
        ),
        (
            {**PRINTED, "kind": "SIMULATION"},
            invalid("kind", "a kind that is published", "SIMULATION"),
        ),
        ({**PRINTED, "region": "99.99"}, not_found("99.99")),
        (
            {**PRINTED, "version": 1},
            not_found("assessment-32.11-spbe-2020-2023-official"),
        ),
        *(
            ({**PRINTED, "value": value}, invalid("value", FIGURE, repr(value)))
            for value in ("", "4", "4.5", "4,50", "0.99", "5.01", "+4.50", "4.510", "٤.٥٠", "NaN")
        ),
        (
            {**PRINTED, "domains": [{"number": 1, "value": "4.00"}]},
            invalid("domains", "none, or each of 1, 2, 3, 4 once", "1"),
        ),
        (
            {
                **PRINTED,
                "domains": [{"number": number, "value": "4.00"} for number in (1, 2, 3, 3)],
            },
            invalid("domains", "none, or each of 1, 2, 3, 4 once", "1, 2, 3, 3"),
        ),
        (
            {
                **PRINTED,
                "domains": [{"number": number, "value": f"{number}.0"} for number in (1, 2, 3, 4)],
            },
            invalid("domains.1", FIGURE, "'1.0'"),
        ),
        ({**PRINTED, "source": ""}, invalid("source", "1 to 1000 characters", "0")),
        ({**PRINTED, "note": "x" * 1001}, invalid("note", "0 to 1000 characters", "1001")),
        (
            {**PRINTED, "instrument": "spbe"},
            invalid("instrument", "one of spbe-2018, spbe-2020, pemdi-2026", "spbe"),
        ),
        ({**PRINTED, "year": 2026}, invalid("year", "a year from 2021 to 2025", "2026")),
        ({**PRINTED, "year": 2024}, exists(RESULT)),
        (
            {**PRINTED, "instrument": "pemdi-2026", "year": 2026, "kind": "SELF", "version": 1},
            exists(places.DRAFT),
        ),
        ({**PRINTED, "year": 2024, "version": 2}, conflict(RESULT, 2, 1)),
        ({**PRINTED, **USED}, REUSED),
    ],
}
