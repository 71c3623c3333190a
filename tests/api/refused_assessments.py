"""Changes of assessments and of their weights that are refused, each with its problem."""

from __future__ import annotations

from tests.api import two_provinces
from tests.api.mutation_inputs import (
    DECISION,
    EDITABLE_STATES,
    EFFORT_EDIT,
    EMPTY_KEY,
    KEY_REUSED,
    LEVEL_CLAIM,
    LEVEL_CLAIMS,
    NEW_ASSESSMENT,
    NO_KEY,
    PUBLISHED_RESULT,
    RESULT_ID,
    TWO_DECIMALS,
    USED_KEY,
    WEB_ADDRESS,
    Fields,
    already_exists,
    invalid_claims,
    invalid_input,
    not_found,
    version_conflict,
    versioned,
    wrong_state,
)

ASSESSMENTS: dict[str, list[tuple[Fields, Fields]]] = {
    "simulateAssessment": [
        ({"assessmentId": "32.11:assessment-99", "levels": []}, not_found("32.11:assessment-99")),
        (
            {"assessmentId": two_provinces.DRAFT, "levels": [{"indicator": 21, "level": 3}]},
            invalid_input("indicator", "an indicator of pemdi-2026, 1 to 20", "21"),
        ),
        (
            {"assessmentId": two_provinces.DRAFT, "levels": [{"indicator": 1, "level": 6}]},
            invalid_input("level", "a level from 1 to 5", "6"),
        ),
        (
            {"assessmentId": RESULT_ID, "levels": []},
            invalid_input(
                "assessmentId", "an assessment with levels, or with all domain values", RESULT_ID
            ),
        ),
        (
            {
                "assessmentId": "32.11:assessment-empty",
                "levels": [{"indicator": 1, "level": 5}],
            },
            invalid_input(
                "assessmentId",
                "an assessment with levels, or with all domain values",
                "32.11:assessment-empty",
            ),
        ),
        ({"assessmentId": two_provinces.DRAFT, "levels": [], **USED_KEY}, KEY_REUSED),
    ],
    "editEffort": [
        ({**EFFORT_EDIT, "regionCode": "99.99"}, not_found("99.99")),
        (
            {**EFFORT_EDIT, "instrumentId": "spbe-1999"},
            invalid_input("instrumentId", "one of spbe-2018, spbe-2020, pemdi-2026", "spbe-1999"),
        ),
        (
            {**EFFORT_EDIT, "steps": [{"indicator": 48, "level": 2, "effort": None}]},
            invalid_input("steps[0]", "a step of spbe-2020", "indicator 48, level 2"),
        ),
        (
            {**EFFORT_EDIT, "steps": [{"indicator": 1, "level": 2, "effort": "1.005"}]},
            invalid_input("steps[0].effort", "a decimal with at most two places, as 2.5", "1.005"),
        ),
        (
            {**EFFORT_EDIT, "steps": [{"indicator": 1, "level": 2, "effort": "0"}]},
            invalid_input(
                "steps", "a number above 0, up to 1000, with at most two decimals", "0 for 1 at 2"
            ),
        ),
        ({**EFFORT_EDIT, **USED_KEY}, KEY_REUSED),
    ],
    "decideProposal": [
        ({**DECISION, "proposalId": "99.99:proposal-none"}, not_found("99.99")),
        ({**DECISION, "proposalId": "none"}, not_found("none")),
        (
            DECISION,
            invalid_input("inputsHash", "the current hash of the proposal: read it again", "'old'"),
        ),
        ({**DECISION, "reason": " "}, invalid_input("reason", "1 to 2000 characters", "0")),
        (
            {**DECISION, "choice": "DEFER", "reason": "x" * 2001},
            invalid_input("reason", "0 to 2000 characters", "2001"),
        ),
        ({**DECISION, **EMPTY_KEY}, NO_KEY),
        ({**DECISION, **USED_KEY}, KEY_REUSED),
    ],
    "startAssessment": [
        ({**NEW_ASSESSMENT, "regionCode": "99.99"}, not_found("99.99")),
        (
            {**NEW_ASSESSMENT, "instrumentId": "pemdi"},
            invalid_input("instrumentId", "one of spbe-2018, spbe-2020, pemdi-2026", "pemdi"),
        ),
        (
            {**NEW_ASSESSMENT, "year": 2025},
            invalid_input("year", "a year from 2026 to 2036", "2025"),
        ),
        (
            {**NEW_ASSESSMENT, "year": 2037},
            invalid_input("year", "a year from 2026 to 2036", "2037"),
        ),
        (
            {**NEW_ASSESSMENT, "instrumentId": "spbe-2020", "year": 2026},
            invalid_input("year", "a year from 2021 to 2025", "2026"),
        ),
        ({**NEW_ASSESSMENT, "year": 2026}, already_exists(two_provinces.DRAFT)),
        ({**NEW_ASSESSMENT, **USED_KEY}, KEY_REUSED),
    ],
    "claimLevel": [
        ({**LEVEL_CLAIM, "assessmentId": "32.11:assessment-99"}, not_found("32.11:assessment-99")),
        (
            {**LEVEL_CLAIM, "indicator": 0},
            invalid_input("indicator", "an indicator of pemdi-2026, 1 to 20", "0"),
        ),
        (
            {**LEVEL_CLAIM, "indicator": 21},
            invalid_input("indicator", "an indicator of pemdi-2026, 1 to 20", "21"),
        ),
        ({**LEVEL_CLAIM, "level": 0}, invalid_input("level", "a level from 1 to 5", "0")),
        ({**LEVEL_CLAIM, "level": 6}, invalid_input("level", "a level from 1 to 5", "6")),
        (
            {**LEVEL_CLAIM, "explanation": "x" * 10_001},
            invalid_input("explanation", "1 to 10000 characters", "10001"),
        ),
        (
            {**LEVEL_CLAIM, "explanation": ""},
            invalid_input("explanation", "1 to 10000 characters", "0"),
        ),
        (
            {**LEVEL_CLAIM, "evidence": [{"title": "SK", "url": "file:///etc/passwd"}]},
            invalid_input("evidence.0.url", WEB_ADDRESS, "file:///etc/passwd"),
        ),
        ({**LEVEL_CLAIM, "version": 0}, version_conflict(two_provinces.DRAFT, 0, 1)),
        (
            {**LEVEL_CLAIM, "assessmentId": "32:assessment-submitted"},
            wrong_state("32:assessment-submitted", "SUBMITTED", *EDITABLE_STATES),
        ),
        (
            {**LEVEL_CLAIM, "assessmentId": "32:assessment-published"},
            wrong_state("32:assessment-published", "PUBLISHED", *EDITABLE_STATES),
        ),
        (
            {**LEVEL_CLAIM, "assessmentId": RESULT_ID},
            wrong_state(RESULT_ID, "PUBLISHED", *EDITABLE_STATES),
        ),
        ({**LEVEL_CLAIM, **USED_KEY}, KEY_REUSED),
    ],
    "claimLevels": [
        (
            {**LEVEL_CLAIMS, "assessmentId": "32.11:assessment-99"},
            not_found("32.11:assessment-99"),
        ),
        ({**LEVEL_CLAIMS, "claims": []}, invalid_input("claims", "1 to 60 claims", "0")),
        (
            {**LEVEL_CLAIMS, "claims": [{"indicator": 1, "level": 2}] * 61},
            invalid_input("claims", "1 to 60 claims", "61"),
        ),
        (
            {
                **LEVEL_CLAIMS,
                "claims": [
                    {"indicator": 1, "level": 4},
                    {"indicator": 21, "level": 4},
                    {"indicator": 2, "level": 6},
                    {"indicator": 3, "level": 4, "explanation": " "},
                    {
                        "indicator": 4,
                        "level": 4,
                        "evidence": [{"title": "SK", "url": "file:///etc/passwd"}],
                    },
                    {"indicator": 1, "level": 5},
                ],
            },
            invalid_claims(
                (21, "indicator", "an indicator of pemdi-2026, 1 to 20", "21"),
                (2, "level", "a level from 1 to 5", "6"),
                (3, "explanation", "1 to 10000 characters", "0"),
                (4, "evidence.0.url", WEB_ADDRESS, "file:///etc/passwd"),
                (1, "indicator", "each indicator once", "1 again"),
            ),
        ),
        ({**LEVEL_CLAIMS, "version": 2}, version_conflict(two_provinces.DRAFT, 2, 1)),
        (
            {**LEVEL_CLAIMS, "assessmentId": "32:assessment-submitted"},
            wrong_state("32:assessment-submitted", "SUBMITTED", *EDITABLE_STATES),
        ),
        (
            {**LEVEL_CLAIMS, "assessmentId": RESULT_ID},
            wrong_state(RESULT_ID, "PUBLISHED", *EDITABLE_STATES),
        ),
        ({**LEVEL_CLAIMS, **EMPTY_KEY}, NO_KEY),
        ({**LEVEL_CLAIMS, **USED_KEY}, KEY_REUSED),
    ],
    "submitAssessment": [
        (versioned("32.11:assessment-99"), not_found("32.11:assessment-99")),
        (versioned(two_provinces.DRAFT, **EMPTY_KEY), NO_KEY),
        (versioned(two_provinces.DRAFT, 3), version_conflict(two_provinces.DRAFT, 3, 1)),
        (
            versioned("32:assessment-submitted"),
            wrong_state("32:assessment-submitted", "SUBMITTED", *EDITABLE_STATES),
        ),
        (
            versioned("32.11:assessment-empty"),
            {
                "__typename": "IncompleteAssessment",
                "id": "32.11:assessment-empty",
                "missingIndicators": list(range(1, 21)),
            },
        ),
        (versioned(two_provinces.DRAFT, **USED_KEY), KEY_REUSED),
    ],
    "returnAssessment": [
        (versioned("32.11:assessment-99", reason="x"), not_found("32.11:assessment-99")),
        (
            versioned("32:assessment-submitted", reason=" "),
            invalid_input("reason", "1 to 2000 characters", "0"),
        ),
        (
            versioned("32:assessment-submitted", 2, reason="x"),
            version_conflict("32:assessment-submitted", 2, 1),
        ),
        (
            versioned(two_provinces.DRAFT, reason="x"),
            wrong_state(two_provinces.DRAFT, "DRAFT", "SUBMITTED"),
        ),
        (versioned("32:assessment-submitted", reason="x", **USED_KEY), KEY_REUSED),
    ],
    "publishAssessment": [
        (versioned("32.11:assessment-99"), not_found("32.11:assessment-99")),
        (
            versioned("32.11:assessment-simulation"),
            invalid_input(
                "id", "an assessment that is not a simulation", "32.11:assessment-simulation"
            ),
        ),
        (
            versioned("32:assessment-submitted", 2),
            version_conflict("32:assessment-submitted", 2, 1),
        ),
        (versioned(two_provinces.DRAFT), wrong_state(two_provinces.DRAFT, "DRAFT", "SUBMITTED")),
        (
            versioned("32:assessment-published"),
            wrong_state("32:assessment-published", "PUBLISHED", "SUBMITTED"),
        ),
        (versioned("32:assessment-submitted", **USED_KEY), KEY_REUSED),
    ],
    "recordResult": [
        (
            {**PUBLISHED_RESULT, "predicate": "Hebat"},
            invalid_input(
                "predicate", "one of Memuaskan, Sangat Baik, Baik, Cukup, Kurang", "'Hebat'"
            ),
        ),
        (
            {**PUBLISHED_RESULT, "kind": "SIMULATION"},
            invalid_input("kind", "a kind that is published", "SIMULATION"),
        ),
        ({**PUBLISHED_RESULT, "regionCode": "99.99"}, not_found("99.99")),
        (
            {**PUBLISHED_RESULT, "version": 1},
            not_found("32:assessment-32.11-spbe-2020-2023-official"),
        ),
        *(
            (
                {**PUBLISHED_RESULT, "value": value},
                invalid_input("value", TWO_DECIMALS, value),
            )
            for value in ("0.99", "5.01", "4.505", "-4.50", "451")
        ),
        (
            {**PUBLISHED_RESULT, "domains": [{"number": 1, "value": "4.00"}]},
            invalid_input("domains", "none, or each of 1, 2, 3, 4 once", "1"),
        ),
        (
            {
                **PUBLISHED_RESULT,
                "domains": [{"number": number, "value": "4.00"} for number in (1, 2, 3, 3)],
            },
            invalid_input("domains", "none, or each of 1, 2, 3, 4 once", "1, 2, 3, 3"),
        ),
        (
            {
                **PUBLISHED_RESULT,
                "domains": [
                    {"number": number, "value": f"{number - 1}.5"} for number in (1, 2, 3, 4)
                ],
            },
            invalid_input("domains.1", TWO_DECIMALS, "0.5"),
        ),
        ({**PUBLISHED_RESULT, "source": ""}, invalid_input("source", "1 to 1000 characters", "0")),
        (
            {**PUBLISHED_RESULT, "note": "x" * 2001},
            invalid_input("note", "1 to 2000 characters", "2001"),
        ),
        ({**PUBLISHED_RESULT, "note": ""}, invalid_input("note", "1 to 2000 characters", "0")),
        (
            {**PUBLISHED_RESULT, "instrumentId": "spbe"},
            invalid_input("instrumentId", "one of spbe-2018, spbe-2020, pemdi-2026", "spbe"),
        ),
        (
            {**PUBLISHED_RESULT, "year": 2026},
            invalid_input("year", "a year from 2021 to 2025", "2026"),
        ),
        ({**PUBLISHED_RESULT, "year": 2024}, already_exists(RESULT_ID)),
        (
            {
                **PUBLISHED_RESULT,
                "instrumentId": "pemdi-2026",
                "year": 2026,
                "kind": "SELF",
                "version": 1,
            },
            already_exists(two_provinces.DRAFT),
        ),
        ({**PUBLISHED_RESULT, "year": 2024, "version": 2}, version_conflict(RESULT_ID, 2, 1)),
        ({**PUBLISHED_RESULT, **USED_KEY}, KEY_REUSED),
    ],
}
