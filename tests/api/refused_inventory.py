"""Changes of an inventory that are refused, each with its problem."""

from __future__ import annotations

from tests.api.mutation_inputs import (
    BUDGET,
    DOCUMENTS,
    EMPTY_KEY,
    HEALTH,
    KEY_REUSED,
    NEW_APPLICATION,
    NEW_INTEGRATION,
    NEW_OPD,
    NO_KEY,
    NOT_RETIRED,
    OFFICE,
    POLICY,
    USED_KEY,
    WEB_ADDRESS,
    Fields,
    already_exists,
    invalid_input,
    not_found,
    version_conflict,
    versioned,
    wrong_state,
)

DINKES = "32.11:opd-dinkes"
MERGE: Fields = {
    "opdIds": [DINKES],
    "successorId": "32.11:opd-diskominfo",
    "reason": "Perbup 7/2026",
}
DISSOLUTION: Fields = {
    "opdId": DINKES,
    "version": 1,
    "successorId": "32.11:opd-diskominfo",
    "reason": "Perbup 7/2026",
}
SOCIAL = "32.11:opd-dinsos"
COLLISION: Fields = {
    "__typename": "ApplicationNamesCollide",
    "collisionCount": 1,
    "collisions": [
        {
            "name": "Wakepo",
            "moved": {"id": HEALTH},
            "existing": {"id": "32.11:application-namesake"},
        }
    ],
}
DEFAULTS: Fields = {"regionCode": "32.11", "referenceIds": ["OPD-01"]}

INVENTORY: dict[str, list[tuple[Fields, Fields]]] = {
    "registerOpd": [
        ({**NEW_OPD, "regionCode": "99.99"}, not_found("99.99")),
        ({**NEW_OPD, "name": " "}, invalid_input("name", "1 to 200 characters", "0")),
        ({**NEW_OPD, "name": "x" * 201}, invalid_input("name", "1 to 200 characters", "201")),
        ({**NEW_OPD, "acronym": "x" * 51}, invalid_input("acronym", "1 to 50 characters", "51")),
        (
            {**NEW_OPD, "parentId": "32.73:opd-diskominfo"},
            invalid_input("parentId", "an OPD of region 32.11", "32.73:opd-diskominfo"),
        ),
        (
            {**NEW_OPD, "affairIds": ["A", "Q2"]},
            invalid_input("affairIds.1", "the id of a government affair", "Q2"),
        ),
        ({**NEW_OPD, "name": "DINAS  kesehatan"}, already_exists("32.11:opd-dinkes")),
        ({**NEW_OPD, "acronym": "DINKES"}, already_exists("32.11:opd-dinkes")),
        ({**NEW_OPD, **EMPTY_KEY}, NO_KEY),
        ({**NEW_OPD, **USED_KEY}, KEY_REUSED),
    ],
    "updateOpd": [
        (versioned("32.11:opd-none", name="x"), not_found("32.11:opd-none")),
        (versioned(DINKES, name=None), invalid_input("name", "a value, or to be left out", "null")),
        (versioned(DINKES, kind=None), invalid_input("kind", "a value, or to be left out", "null")),
        (
            versioned(DINKES, affairIds=None),
            invalid_input("affairIds", "a value, or to be left out", "null"),
        ),
        (versioned(DINKES, acronym=""), invalid_input("acronym", "1 to 50 characters", "0")),
        (
            versioned(DINKES, name="Dinas Komunikasi dan Informatika"),
            already_exists("32.11:opd-diskominfo"),
        ),
        (versioned(DINKES, 2, name="x"), version_conflict(DINKES, 2, 1)),
        (versioned(DINKES, name="x", **USED_KEY), KEY_REUSED),
    ],
    "mergeOpds": [
        ({**MERGE, "successorId": "32.11:opd-none"}, not_found("32.11:opd-none")),
        (
            {**MERGE, "opdIds": ["32.73:opd-diskominfo"]},
            invalid_input("opdIds.0", "an OPD of region 32.11", "32.73:opd-diskominfo"),
        ),
        ({**MERGE, "reason": ""}, invalid_input("reason", "1 to 2000 characters", "0")),
        ({**MERGE, "successorId": SOCIAL}, COLLISION),
        ({**MERGE, "opdIds": []}, invalid_input("opdIds", "1 to 50 OPDs", "0")),
        ({**MERGE, **USED_KEY}, KEY_REUSED),
    ],
    "dissolveOpd": [
        ({**DISSOLUTION, "opdId": "32.11:opd-none"}, not_found("32.11:opd-none")),
        (
            {**DISSOLUTION, "successorId": DINKES},
            invalid_input("successorId", "another OPD", DINKES),
        ),
        (
            {**DISSOLUTION, "successorId": None},
            invalid_input(
                "successorId", "an OPD that takes over its applications in use", "nothing"
            ),
        ),
        ({**DISSOLUTION, "successorId": SOCIAL}, COLLISION),
        ({**DISSOLUTION, "version": 2}, version_conflict(DINKES, 2, 1)),
        ({**DISSOLUTION, **USED_KEY}, KEY_REUSED),
    ],
    "registerDefaultOpds": [
        ({**DEFAULTS, "regionCode": "99.99"}, not_found("99.99")),
        ({**DEFAULTS, "referenceIds": []}, invalid_input("referenceIds", "1 id at least", "0")),
        ({**DEFAULTS, **USED_KEY}, KEY_REUSED),
    ],
    "registerApplication": [
        ({**NEW_APPLICATION, "regionCode": "99.99"}, not_found("99.99")),
        ({**NEW_APPLICATION, "regionCode": "9" * 65}, not_found("9" * 65)),
        ({**NEW_APPLICATION, "name": " \n "}, invalid_input("name", "1 to 200 characters", "0")),
        (
            {**NEW_APPLICATION, "name": "x" * 201},
            invalid_input("name", "1 to 200 characters", "201"),
        ),
        (
            {**NEW_APPLICATION, "functionText": "x" * 2001},
            invalid_input("functionText", "1 to 2000 characters", "2001"),
        ),
        (
            {**NEW_APPLICATION, "platform": "x" * 201},
            invalid_input("platform", "1 to 200 characters", "201"),
        ),
        (
            {**NEW_APPLICATION, "platform": ""},
            invalid_input("platform", "1 to 200 characters", "0"),
        ),
        *(
            (
                {**NEW_APPLICATION, field: "x" * 201},
                invalid_input(field, "1 to 200 characters", "201"),
            )
            for field in ("developer", "hosting", "database")
        ),
        (
            {**NEW_APPLICATION, "legalBasis": "x" * 2001},
            invalid_input("legalBasis", "1 to 2000 characters", "2001"),
        ),
        (
            {**NEW_APPLICATION, "url": "ftp://example.id"},
            invalid_input("url", WEB_ADDRESS, "ftp://example.id"),
        ),
        ({**NEW_APPLICATION, "url": "https://"}, invalid_input("url", WEB_ADDRESS, "https://")),
        ({**NEW_APPLICATION, "url": "https://-"}, invalid_input("url", WEB_ADDRESS, "https://-")),
        (
            {**NEW_APPLICATION, "url": "http://a b"},
            invalid_input("url", WEB_ADDRESS, "http://a b"),
        ),
        (
            {**NEW_APPLICATION, "year": 1979},
            invalid_input("year", "a year from 1980 to 2031", "1979"),
        ),
        (
            {**NEW_APPLICATION, "year": 2032},
            invalid_input("year", "a year from 1980 to 2031", "2032"),
        ),
        (
            {**NEW_APPLICATION, "opdId": "32.73:opd-diskominfo"},
            invalid_input("opdId", "an OPD of region 32.11", "32.73:opd-diskominfo"),
        ),
        (
            {**NEW_APPLICATION, "opdId": "32.11:opd-99"},
            invalid_input("opdId", "an OPD of region 32.11", "32.11:opd-99"),
        ),
        (
            {**NEW_APPLICATION, "commonApplicationId": "no-such"},
            invalid_input("commonApplicationId", "the id of a common application", "no-such"),
        ),
        ({**NEW_APPLICATION, **EMPTY_KEY}, NO_KEY),
        (
            {**NEW_APPLICATION, "idempotencyKey": "k" * 129},
            invalid_input("idempotencyKey", "1 to 128 characters", "129 characters"),
        ),
        ({**NEW_APPLICATION, "name": " WAKEPO "}, already_exists(HEALTH)),
        ({**NEW_APPLICATION, **USED_KEY}, KEY_REUSED),
    ],
    "updateApplication": [
        (versioned(HEALTH, name=None), invalid_input("name", "a value, or to be left out", "null")),
        (versioned("32.11:application-99", name="x"), not_found("32.11:application-99")),
        (
            versioned(HEALTH, opdId=None),
            invalid_input("opdId", "a value, or to be left out", "null"),
        ),
        (
            versioned(HEALTH, functionText=""),
            invalid_input("functionText", "1 to 2000 characters", "0"),
        ),
        (versioned(HEALTH, url=""), invalid_input("url", "1 to 2000 characters", "0")),
        (versioned(HEALTH, name=""), invalid_input("name", "1 to 200 characters", "0")),
        (
            versioned(HEALTH, status="RETIRED"),
            invalid_input("status", "a status other than RETIRED: retire it", "RETIRED"),
        ),
        (
            versioned(HEALTH, opdId="32.73:opd-diskominfo"),
            invalid_input("opdId", "an OPD of region 32.11", "32.73:opd-diskominfo"),
        ),
        (versioned(HEALTH, name="e-office", opdId="32.11:opd-diskominfo"), already_exists(OFFICE)),
        (versioned(HEALTH, 2, name="x"), version_conflict(HEALTH, 2, 1)),
        (
            versioned("32.11:application-old", name="x"),
            wrong_state("32.11:application-old", "RETIRED", *NOT_RETIRED),
        ),
        (versioned(HEALTH, name="x", **USED_KEY), KEY_REUSED),
    ],
    "retireApplication": [
        (versioned("32.11:application-99"), not_found("32.11:application-99")),
        (
            versioned(HEALTH, reason="x" * 2001),
            invalid_input("reason", "1 to 2000 characters", "2001"),
        ),
        (versioned(HEALTH, 7), version_conflict(HEALTH, 7, 1)),
        (
            versioned("32.11:application-old"),
            wrong_state("32.11:application-old", "RETIRED", *NOT_RETIRED),
        ),
        (versioned(HEALTH, **USED_KEY), KEY_REUSED),
    ],
    "connectApplications": [
        (
            {**NEW_INTEGRATION, "sourceId": "32.11:application-99"},
            not_found("32.11:application-99"),
        ),
        (
            {**NEW_INTEGRATION, "targetId": "32.11:application-98"},
            not_found("32.11:application-98"),
        ),
        (
            {**NEW_INTEGRATION, "targetId": OFFICE},
            invalid_input("targetId", "another application than the source", OFFICE),
        ),
        (
            {**NEW_INTEGRATION, "targetId": None},
            invalid_input("targetName", "1 to 300 characters", "0"),
        ),
        (
            {**NEW_INTEGRATION, "dataObject": " "},
            invalid_input("dataObject", "1 to 300 characters", "0"),
        ),
        (
            {**NEW_INTEGRATION, "status": "WITHDRAWN"},
            invalid_input("status", "PLANNED or ACTIVE", "WITHDRAWN"),
        ),
        (
            {**NEW_INTEGRATION, "evidence": [{"title": "MoU", "url": "javascript:alert(1)"}]},
            invalid_input("evidence.0.url", WEB_ADDRESS, "javascript:alert(1)"),
        ),
        (
            {**NEW_INTEGRATION, "evidence": [{"title": "", "url": "https://example.id"}]},
            invalid_input("evidence.0.title", "1 to 300 characters", "0"),
        ),
        (
            {**NEW_INTEGRATION, "evidence": [{"title": "MoU", "url": "https://example.id"}] * 21},
            invalid_input("evidence", "at most 20 links", "21"),
        ),
        (
            {**NEW_INTEGRATION, "targetId": BUDGET, "dataObject": "GAJI"},
            already_exists("32.11:integration-drawn"),
        ),
        (
            {**NEW_INTEGRATION, "targetId": "32.11:application-old"},
            wrong_state("32.11:application-old", "RETIRED", *NOT_RETIRED),
        ),
        (
            {**NEW_INTEGRATION, "sourceId": "32.11:application-old"},
            wrong_state("32.11:application-old", "RETIRED", *NOT_RETIRED),
        ),
        ({**NEW_INTEGRATION, **USED_KEY}, KEY_REUSED),
    ],
    "documentIntegration": [
        (versioned("32.11:integration-99", evidence=DOCUMENTS), not_found("32.11:integration-99")),
        (
            versioned("32.11:integration-drawn", evidence=[]),
            invalid_input("evidence", "one link at least", "none"),
        ),
        (
            versioned("32.11:integration-drawn", evidence=[{**DOCUMENTS[0], "date": "2026-11-25"}]),
            invalid_input("evidence.0.date", "a day up to 2026-11-24", "2026-11-25"),
        ),
        (
            versioned("32.11:integration-drawn", 2, evidence=DOCUMENTS),
            version_conflict("32.11:integration-drawn", 2, 1),
        ),
        (
            versioned("32.11:integration-withdrawn", evidence=DOCUMENTS),
            wrong_state("32.11:integration-withdrawn", "WITHDRAWN", "PLANNED", "ACTIVE"),
        ),
        (versioned("32.11:integration-drawn", evidence=DOCUMENTS, **USED_KEY), KEY_REUSED),
    ],
    "correctFunction": [
        (
            {"applicationId": "32.11:application-99", "functionId": None},
            not_found("32.11:application-99"),
        ),
        (
            {"applicationId": HEALTH, "functionId": "cooking"},
            invalid_input("functionId", "the id of a business function", "cooking"),
        ),
        ({"applicationId": HEALTH, "functionId": None, **USED_KEY}, KEY_REUSED),
    ],
    "exemptOpd": [
        ({"opdId": "32.11:opd-none", "reason": None}, not_found("32.11:opd-none")),
        (
            {"opdId": "32.11:opd-dinkes", "reason": " "},
            invalid_input("reason", "1 to 2000 characters", "0"),
        ),
        (
            {"opdId": "32.11:opd-dinkes", "reason": "x" * 2001},
            invalid_input("reason", "1 to 2000 characters", "2001"),
        ),
        ({"opdId": "32.11:opd-dinkes", "reason": None, **USED_KEY}, KEY_REUSED),
    ],
    "recordDevelopmentPolicy": [
        ({**POLICY, "regionCode": "99.99"}, not_found("99.99")),
        ({**POLICY, "title": None}, invalid_input("title", "1 to 300 characters", "0")),
        ({**POLICY, "year": 2027}, invalid_input("year", "a year from 1980 to 2026", "2027")),
        (
            {**POLICY, "url": "perbup.pdf"},
            invalid_input("url", WEB_ADDRESS, "perbup.pdf"),
        ),
        ({**POLICY, **USED_KEY}, KEY_REUSED),
    ],
    "confirmIntegration": [
        (versioned("32.11:integration-99"), not_found("32.11:integration-99")),
        (
            versioned("32.11:integration-outside"),
            invalid_input(
                "id", "an integration whose target is in an inventory", "32.11:integration-outside"
            ),
        ),
        (
            versioned("32.11:integration-drawn", 2),
            version_conflict("32.11:integration-drawn", 2, 1),
        ),
        (
            versioned("32.11:integration-withdrawn"),
            wrong_state("32.11:integration-withdrawn", "WITHDRAWN", "PLANNED", "ACTIVE"),
        ),
        (versioned("32.11:integration-drawn", **USED_KEY), KEY_REUSED),
    ],
    "withdrawIntegration": [
        (versioned("32.11:integration-99"), not_found("32.11:integration-99")),
        (versioned("32.11:integration-drawn", **EMPTY_KEY), NO_KEY),
        (
            versioned("32.11:integration-drawn", 2),
            version_conflict("32.11:integration-drawn", 2, 1),
        ),
        (
            versioned("32.11:integration-withdrawn"),
            wrong_state("32.11:integration-withdrawn", "WITHDRAWN", "PLANNED", "ACTIVE"),
        ),
        (versioned("32.11:integration-drawn", **USED_KEY), KEY_REUSED),
    ],
    "attestInventory": [
        ({"opdId": "32.11:opd-none"}, not_found("32.11:opd-none")),
        ({"opdId": "32.11:opd-dinkes", **EMPTY_KEY}, NO_KEY),
        ({"opdId": "32.11:opd-dinkes", **USED_KEY}, KEY_REUSED),
    ],
}
