"""docs/spreadsheets.md states the columns, the status words and the limits that the code has."""

from __future__ import annotations

from pathlib import Path

from engine.bounds import IMPORTED_ROWS_MOST
from engine.model import ApplicationStatus
from engine.spreadsheet.export_sheet import EXPORT_HEADERS, STATUS_WORDS
from engine.spreadsheet.headers import FIELDS, match_header
from engine.spreadsheet.read_limits import UPLOAD_LIMITS
from engine.spreadsheet.status_words import parse_status
from resolvers.import_draft import DRAFT_LIFETIME, DRAFTS_MOST

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "spreadsheets.md").read_text()
STATUS_BY_DESCRIPTION = {
    "in use": ApplicationStatus.ACTIVE,
    "not in use": ApplicationStatus.INACTIVE,
    "planned": ApplicationStatus.PLANNED,
    "taken out of use": ApplicationStatus.RETIRED,
    "not known": ApplicationStatus.UNKNOWN,
}


def table_below(header: str) -> list[list[str]]:
    """Return the cells of the table with this first header."""
    lines = PAGE[PAGE.index(f"| {header} |") :].splitlines()[2:]
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def test_each_field_is_listed_with_headers_that_mean_it() -> None:
    headers_by_field = {
        field.strip("`"): headers.split(", ") for field, headers, _ in table_below("field")
    }
    assert set(headers_by_field) == set(FIELDS)
    listed = {header: field for field, headers in headers_by_field.items() for header in headers}
    matches = {header: match_header(header) for header in listed}
    assert {header: match and match[0] for header, match in matches.items()} == listed
    first_headers = {field: headers[0] for field, headers in headers_by_field.items()}
    assert {field: first_headers[field] for field in EXPORT_HEADERS} == dict(EXPORT_HEADERS)


def test_each_status_is_listed_with_words_that_mean_it() -> None:
    words_by_status = {
        STATUS_BY_DESCRIPTION[description]: words.split(", ")
        for description, words in table_below("status")
    }
    assert {status: words[0] for status, words in words_by_status.items()} == STATUS_WORDS
    for status, words in words_by_status.items():
        assert {word: parse_status(word) for word in words} == dict.fromkeys(words, status)


def test_the_limits_are_those_of_the_code() -> None:
    limits = dict(table_below("what"))
    assert limits["applications of one import"] == f"{IMPORTED_ROWS_MOST:,}"
    assert limits["size of a file on the page"] == f"{UPLOAD_LIMITS.file_bytes // 10**6} MB"
    assert DRAFT_LIFETIME.total_seconds() == 3600
    assert limits["files of one person that wait for their import"].startswith(f"{DRAFTS_MOST}, ")
    assert (
        f"{UPLOAD_LIMITS.rows:,} rows, {UPLOAD_LIMITS.columns} columns and "
        f"{UPLOAD_LIMITS.sheets} sheets"
    ) in " ".join(PAGE.split())
