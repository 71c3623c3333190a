"""Changes of an inventory that are refused, each with its problem."""

from __future__ import annotations

from tests.api.refusals import (
    BUDGET,
    DRAWN,
    EMPTY_KEY,
    HEALTH,
    NEW,
    NEW_OPD,
    NO_KEY,
    OFFICE,
    PAPER,
    POLICY,
    REUSED,
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

INVENTORY: dict[str, list[tuple[Given, Given]]] = {
    "registerOpd": [
        ({**NEW_OPD, "region": "99.99"}, not_found("99.99")),
        ({**NEW_OPD, "name": " "}, invalid("name", "1 to 200 characters", "0")),
        ({**NEW_OPD, "name": "x" * 201}, invalid("name", "1 to 200 characters", "201")),
        ({**NEW_OPD, "acronym": "x" * 51}, invalid("acronym", "0 to 50 characters", "51")),
        (
            {**NEW_OPD, "parent": "opd-32.73.diskominfo"},
            invalid("parent", "an OPD of region 32.11", "opd-32.73.diskominfo"),
        ),
        ({**NEW_OPD, "name": "DINAS  kesehatan"}, exists("opd-32.11.dinkes")),
        ({**NEW_OPD, "acronym": "DINKES"}, exists("opd-32.11.dinkes")),
        ({**NEW_OPD, **EMPTY_KEY}, NO_KEY),
        ({**NEW_OPD, **USED}, REUSED),
    ],
    "registerApplication": [
        ({**NEW, "region": "99.99"}, not_found("99.99")),
        ({**NEW, "region": "9" * 65}, not_found("9" * 65)),
        ({**NEW, "name": " \n "}, invalid("name", "1 to 200 characters", "0")),
        ({**NEW, "name": "x" * 201}, invalid("name", "1 to 200 characters", "201")),
        ({**NEW, "function": "x" * 2001}, invalid("function", "0 to 2000 characters", "2001")),
        ({**NEW, "platform": "x" * 201}, invalid("platform", "0 to 200 characters", "201")),
        ({**NEW, "url": "ftp://example.id"}, invalid("url", WEB, "ftp://example.id")),
        ({**NEW, "url": "https://"}, invalid("url", WEB, "https://")),
        ({**NEW, "url": "https://-"}, invalid("url", WEB, "https://-")),
        ({**NEW, "url": "http://a b"}, invalid("url", WEB, "http://a b")),
        ({**NEW, "year": 1979}, invalid("year", "a year from 1980 to 2031", "1979")),
        ({**NEW, "year": 2032}, invalid("year", "a year from 1980 to 2031", "2032")),
        (
            {**NEW, "opd": "opd-32.73.diskominfo"},
            invalid("opd", "an OPD of region 32.11", "opd-32.73.diskominfo"),
        ),
        ({**NEW, "opd": "opd-99"}, invalid("opd", "an OPD of region 32.11", "opd-99")),
        (
            {**NEW, "commonApplication": "no-such"},
            invalid("commonApplication", "the id of a common application", "no-such"),
        ),
        ({**NEW, **EMPTY_KEY}, NO_KEY),
        (
            {**NEW, "idempotencyKey": "k" * 129},
            invalid("idempotencyKey", "1 to 128 characters", "129 characters"),
        ),
        ({**NEW, "name": " WAKEPO "}, exists(HEALTH)),
        ({**NEW, **USED}, REUSED),
    ],
    "updateApplication": [
        (the(HEALTH, name=None), invalid("name", "a value, or to be left out", "null")),
        (the("application-99", name="x"), not_found("application-99")),
        (the(HEALTH, name=""), invalid("name", "1 to 200 characters", "0")),
        (
            the(HEALTH, status="RETIRED"),
            invalid("status", "a status other than RETIRED: retire it", "RETIRED"),
        ),
        (
            the(HEALTH, opd="opd-32.73.diskominfo"),
            invalid("opd", "an OPD of region 32.11", "opd-32.73.diskominfo"),
        ),
        (the(HEALTH, name="e-office", opd="opd-32.11.diskominfo"), exists(OFFICE)),
        (the(HEALTH, 2, name="x"), conflict(HEALTH, 2, 1)),
        (
            the("application-old", name="x"),
            state("application-old", "RETIRED", "any other status"),
        ),
        (the(HEALTH, name="x", **USED), REUSED),
    ],
    "retireApplication": [
        (the("application-99"), not_found("application-99")),
        (the(HEALTH, reason="x" * 2001), invalid("reason", "0 to 2000 characters", "2001")),
        (the(HEALTH, 7), conflict(HEALTH, 7, 1)),
        (the("application-old"), state("application-old", "RETIRED", "any other status")),
        (the(HEALTH, **USED), REUSED),
    ],
    "connectApplications": [
        ({**DRAWN, "source": "application-99"}, not_found("application-99")),
        ({**DRAWN, "target": "application-98"}, not_found("application-98")),
        (
            {**DRAWN, "target": OFFICE},
            invalid("target", "another application than the source", OFFICE),
        ),
        ({**DRAWN, "target": None}, invalid("targetName", "1 to 300 characters", "0")),
        ({**DRAWN, "dataObject": " "}, invalid("dataObject", "1 to 300 characters", "0")),
        ({**DRAWN, "status": "WITHDRAWN"}, invalid("status", "PLANNED or ACTIVE", "WITHDRAWN")),
        (
            {**DRAWN, "evidence": [{"title": "MoU", "url": "javascript:alert(1)"}]},
            invalid("evidence.url", WEB, "javascript:alert(1)"),
        ),
        (
            {**DRAWN, "evidence": [{"title": "", "url": "https://example.id"}]},
            invalid("evidence.title", "1 to 300 characters", "0"),
        ),
        (
            {**DRAWN, "evidence": [{"title": "MoU", "url": "https://example.id"}] * 21},
            invalid("evidence", "at most 20 links", "21"),
        ),
        ({**DRAWN, "target": BUDGET, "dataObject": "GAJI"}, exists("integration-drawn")),
        (
            {**DRAWN, "target": "application-old"},
            state("application-old", "RETIRED", "an application in use"),
        ),
        (
            {**DRAWN, "source": "application-old"},
            state("application-old", "RETIRED", "an application in use"),
        ),
        ({**DRAWN, **USED}, REUSED),
    ],
    "documentIntegration": [
        (the("integration-99", evidence=PAPER), not_found("integration-99")),
        (
            the("integration-drawn", evidence=[]),
            invalid("evidence", "one link at least", "none"),
        ),
        (
            the("integration-drawn", evidence=[{**PAPER[0], "dated": "2026-11-25"}]),
            invalid("evidence.dated", "a day up to 2026-11-24", "2026-11-25"),
        ),
        (the("integration-drawn", 2, evidence=PAPER), conflict("integration-drawn", 2, 1)),
        (
            the("integration-withdrawn", evidence=PAPER),
            state("integration-withdrawn", "WITHDRAWN", "PLANNED", "ACTIVE"),
        ),
        (the("integration-drawn", evidence=PAPER, **USED), REUSED),
    ],
    "correctFunction": [
        ({"application": "application-99", "function": None}, not_found("application-99")),
        (
            {"application": HEALTH, "function": "cooking"},
            invalid("function", "the id of a function", "cooking"),
        ),
        ({"application": HEALTH, "function": None, **USED}, REUSED),
    ],
    "exemptOpd": [
        ({"opd": "opd-none", "reason": ""}, not_found("opd-none")),
        (
            {"opd": "opd-32.11.dinkes", "reason": "x" * 2001},
            invalid("reason", "0 to 2000 characters", "2001"),
        ),
        ({"opd": "opd-32.11.dinkes", "reason": "", **USED}, REUSED),
    ],
    "recordDevelopmentPolicy": [
        ({**POLICY, "region": "99.99"}, not_found("99.99")),
        ({**POLICY, "year": 2027}, invalid("year", "a year from 1980 to 2026", "2027")),
        (
            {**POLICY, "url": "perbup.pdf"},
            invalid("url", WEB, "perbup.pdf"),
        ),
        ({**POLICY, **USED}, REUSED),
    ],
    "confirmIntegration": [
        (the("integration-99"), not_found("integration-99")),
        (
            the("integration-outside"),
            invalid("id", "an integration whose target is in an inventory", "integration-outside"),
        ),
        (the("integration-drawn", 2), conflict("integration-drawn", 2, 1)),
        (
            the("integration-withdrawn"),
            state("integration-withdrawn", "WITHDRAWN", "PLANNED", "ACTIVE"),
        ),
        (the("integration-drawn", **USED), REUSED),
    ],
    "withdrawIntegration": [
        (the("integration-99"), not_found("integration-99")),
        (the("integration-drawn", **EMPTY_KEY), NO_KEY),
        (the("integration-drawn", 2), conflict("integration-drawn", 2, 1)),
        (
            the("integration-withdrawn"),
            state("integration-withdrawn", "WITHDRAWN", "PLANNED", "ACTIVE"),
        ),
        (the("integration-drawn", **USED), REUSED),
    ],
    "attestInventory": [
        ({"opd": "opd-none"}, not_found("opd-none")),
        ({"opd": "opd-32.11.dinkes", **EMPTY_KEY}, NO_KEY),
        ({"opd": "opd-32.11.dinkes", **USED}, REUSED),
    ],
}
