"""Every GraphQL document of the web client is valid against the schema."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

ROOT = Path(__file__).parents[3]
WEB = ROOT / "clients/web/src"
SCHEMA = build_schema((ROOT / "schema/schema.graphql").read_text())
DOCUMENT = re.compile(r"const (\w+) = graphql\(`(.*?)`(?:, \[([^\]]+)\])?\)", re.DOTALL)
FILES = sorted(WEB.rglob("documents.ts"))
MATCHES = [match for file in FILES for match in DOCUMENT.findall(file.read_text())]
TEXTS = {name: text for name, text, _ in MATCHES}
FRAGMENTS = {name: re.findall(r"\w+", fragments) for name, _, fragments in MATCHES}
OPERATIONS = [name for name, text in TEXTS.items() if not text.lstrip().startswith("fragment ")]


def document_with_fragments(name: str) -> str:
    """Return the text that the client sends: a document, its fragments, and their fragments."""
    return "".join([TEXTS[name], *map(document_with_fragments, FRAGMENTS[name])])


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_schema_accepts_the_document(name: str) -> None:
    assert validate(SCHEMA, parse(document_with_fragments(name))) == []


def test_the_documents_are_all_found() -> None:
    written = sum(file.read_text().count("graphql(`") for file in FILES)
    assert len(MATCHES) == len(TEXTS) == written == 86
    assert len(OPERATIONS) == 67
    assert {"WALL", "INDEX_CHANGED", "EVENTS", "DECIDE_PROPOSAL"} < set(OPERATIONS)


def test_each_fragment_is_used() -> None:
    used = {fragment for fragments in FRAGMENTS.values() for fragment in fragments}
    assert used == set(TEXTS) - set(OPERATIONS)


def test_no_document_is_written_elsewhere() -> None:
    sources = [*WEB.rglob("*.ts"), *WEB.rglob("*.svelte")]
    assert sorted(path for path in sources if "graphql(`" in path.read_text()) == FILES


def test_the_explorers_first_query_is_valid() -> None:
    first = re.search(r"FIRST_QUERY = `(.*?)`", (WEB / "explorer/main.ts").read_text(), re.DOTALL)
    assert first is not None
    assert validate(SCHEMA, parse(first.group(1))) == []
