"""Measures how deep JSON is nested before it is parsed, because a parser recurses."""

from __future__ import annotations

from itertools import accumulate

_OTHERS = bytes(each for each in range(256) if each not in b'"[]{}')
_TO_SQUARE = bytes.maketrans(b"{}", b"[]")
_STEPS = [{ord("["): 1, ord("]"): -1}.get(each, 0) for each in range(256)]


def is_nested_deeper(content: bytes, limit: int) -> bool:
    """Return whether more lists and objects than `limit` are open at once anywhere in JSON.

    For invalid JSON, the result holds up to the first error, and so for everything that a parser
    reads. The function makes only whole passes over the bytes, because a loop over them in Python
    would take longer than parsing.
    """
    if content.count(b"[") + content.count(b"{") <= limit:
        return False
    if b"\\" in content:
        content = content.replace(b"\\\\", b"").replace(b'\\"', b"")
    marks = content.translate(_TO_SQUARE, _OTHERS)
    # Two adjacent quotes do not change what lies inside a string. Without them, each remaining pair
    # of quotes has brackets between it.
    while b'""' in marks:
        marks = marks.replace(b'""', b"")
    brackets = b"".join(marks.split(b'"')[::2])
    return max(accumulate(map(_STEPS.__getitem__, brackets)), default=0) > limit
