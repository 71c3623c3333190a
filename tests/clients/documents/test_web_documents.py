"""Every GraphQL document of the web client is one the hub would take."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

ROOT = Path(__file__).parents[3]
WEB = ROOT / "clients/web/src"
SCHEMA = build_schema((ROOT / "schema/schema.graphql").read_text())
DOCUMENT = re.compile(r"export const (\w+) = graphql\(`(.*?)`\)", re.DOTALL)
FILES = sorted(WEB.rglob("documents.ts"))
FOUND = [found for file in FILES for found in DOCUMENT.findall(file.read_text())]
DOCUMENTS = dict(FOUND)


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_the_schema_takes_the_document(document: str) -> None:
    assert validate(SCHEMA, parse(document)) == []


def test_the_documents_are_all_found() -> None:
    written = sum(file.read_text().count("graphql(`") for file in FILES)
    assert len(FOUND) == len(DOCUMENTS) == written == 33
    assert {"WALL", "INDEX_CHANGED", "EVENTS", "DECIDE_PROPOSAL"} < DOCUMENTS.keys()


def test_no_document_is_written_elsewhere() -> None:
    sources = [*WEB.rglob("*.ts"), *WEB.rglob("*.svelte")]
    assert sorted(path for path in sources if "graphql(`" in path.read_text()) == FILES


def test_the_explorers_first_query_is_valid() -> None:
    first = re.search(r"FIRST_QUERY = `(.*?)`", (WEB / "explorer/main.ts").read_text(), re.DOTALL)
    assert first is not None
    assert validate(SCHEMA, parse(first.group(1))) == []
