"""The depth of JSON is counted without parsing, also if the text is truncated or invalid."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regions.json_depth import is_nested_deeper

TEXTS = st.text('[]{}"\\a,:é', max_size=6)
VALUES = st.recursive(
    st.none() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=30,
)


def count_open_levels(text: str) -> int:
    """Return the maximal number of open lists and objects, counted character by character."""
    level = deepest = 0
    in_string = escaped = False
    for character in text:
        if in_string:
            in_string = escaped or character != '"'
            escaped = not escaped and character == "\\"
        elif character == '"':
            in_string = True
        elif character in "[{":
            level += 1
            deepest = max(deepest, level)
        elif character in "]}":
            level -= 1
    return deepest


@given(VALUES, st.booleans(), st.integers(0, 200))
def test_the_depth_is_that_of_the_value_and_of_any_beginning_of_its_text(
    value: object, ascii: bool, cut: int
) -> None:
    whole = json.dumps(value, ensure_ascii=ascii)
    for text in (whole, whole[:cut]):
        depth = count_open_levels(text)
        assert not is_nested_deeper(text.encode(), depth)
        assert depth == 0 or is_nested_deeper(text.encode(), depth - 1)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"]" * 50 + b"[" * 50,  # a parser fails at the first character
        b'{"query": "{ a { b { c { d { e ',
        b"[],{}," * 50,
        b'["[[[[[[", "\\"[[[[[[", "\\\\", "[[[[[["]',
    ],
)
def test_what_is_not_nested_passes_however_many_brackets_it_has(content: bytes) -> None:
    assert not is_nested_deeper(content, 2)


@pytest.mark.parametrize("content", [b"[" * 100_000, b'{"a":' * 100_000, b'["\\\\",[["'])
def test_what_is_deeper_is_found_before_its_end(content: bytes) -> None:
    assert is_nested_deeper(content, 2)
