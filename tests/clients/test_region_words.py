"""The region's page has words, in both languages, for every code of the engine that is plain text.

The types of the web client check the codes that are enumerations of the API.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from graphql import GraphQLInterfaceType

from schema.schema import schema

ROOT = Path(__file__).parents[2]
REGION = ROOT / "clients/web/src/region"
CODES = [
    ("engine/consolidation/consolidation.py", r'Reason\(\s*"(\w+)"', "proposals", 13),
    ("engine/consolidation/consolidation.py", r'code = "(\w+)" if', "proposals", 1),
    ("engine/consolidation/consolidation.py", r'if \w+ else "([A-Z_]+)"', "proposals", 1),
    (
        "engine/consolidation/consolidation.py",
        r'parts\.(?:insert|append)\((?:0, )?\("([^"]+)"',
        "proposals",
        2,
    ),
    (
        "engine/consolidation/consolidation.py",
        r'"(whether [^"]+|[^"]+ not checked|completeness of [^"]+)"',
        "proposals",
        5,
    ),
    ("engine/consolidation/proposal.py", r'f"([^"{]+ of) \{\w+\}"', "proposals", 3),
]


@pytest.mark.parametrize(("source", "pattern", "chapter", "count"), CODES)
def test_every_code_has_words_in_both_languages(
    source: str, pattern: str, chapter: str, count: int
) -> None:
    text = (ROOT / source).read_text()
    codes = set(re.findall(pattern, text))
    words = (REGION / chapter / "messages.ts").read_text()
    unworded = [code for code in codes if len(re.findall(rf'(?<!\w)"?{code}"?:', words)) < 2]
    assert (len(codes), unworded) == (count, [])


def test_the_grounds_of_a_survivor_have_words() -> None:
    text = (ROOT / "engine/consolidation/consolidation.py").read_text()
    grounds = re.search(r"grounds = \(([^)]+)\)", text)
    assert grounds is not None
    words = (REGION / "proposals/messages.ts").read_text()
    for ground in re.findall(r'"(\w+)"', grounds.group(1)):
        assert len(re.findall(rf"^    {ground}:", words, re.MULTILINE)) == 2


def test_a_decision_has_a_sentence_for_every_problem_of_the_api() -> None:
    problem = schema._schema.type_map["Problem"]
    assert isinstance(problem, GraphQLInterfaceType)
    types = [type_.name for type_ in schema._schema.get_possible_types(problem)]
    assert len(types) == 9
    words = (REGION / "proposals/messages.ts").read_text()
    sections = re.findall(r"^  problem: \{\n(.+?)\n  \}", words, re.MULTILINE | re.DOTALL)
    assert len(sections) == 2
    for section in sections:
        assert sorted(re.findall(r"^    (\w+): ", section, re.MULTILINE)) == sorted(types)


def test_only_a_failed_request_asks_the_person_to_try_again() -> None:
    words = (REGION / "proposals/messages.ts").read_text()
    asking = re.findall(r"^ +(\w+): .*(?:coba lagi|try again)", words, re.MULTILINE)
    assert asking == ["notReached", "notReached"]
