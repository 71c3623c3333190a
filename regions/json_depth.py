"""Measures how deep JSON is nested before it is parsed, because a parser recurses."""

from __future__ import annotations

from itertools import accumulate

_IRRELEVANT_BYTES = bytes(byte for byte in range(256) if byte not in b'"[]{}')
_BRACES_TO_BRACKETS = bytes.maketrans(b"{}", b"[]")
_DEPTH_STEPS = [{ord("["): 1, ord("]"): -1}.get(byte, 0) for byte in range(256)]


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
    marks = content.translate(_BRACES_TO_BRACKETS, _IRRELEVANT_BYTES)
    # Two adjacent quotes do not change what lies inside a string. Without them, each remaining pair
    # of quotes has brackets between it.
    while b'""' in marks:
        marks = marks.replace(b'""', b"")
    brackets = b"".join(marks.split(b'"')[::2])
    return max(accumulate(map(_DEPTH_STEPS.__getitem__, brackets)), default=0) > limit
