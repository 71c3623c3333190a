"""How deep JSON is nested, asked before it is parsed: a parser recurses."""

from __future__ import annotations

from itertools import accumulate

_OTHERS = bytes(each for each in range(256) if each not in b'"[]{}')
_TO_SQUARE = bytes.maketrans(b"{}", b"[]")
_STEPS = [{ord("["): 1, ord("]"): -1}.get(each, 0) for each in range(256)]


def is_nested_deeper(content: bytes, limit: int) -> bool:
    """Return whether more lists and objects than `limit` are open at once anywhere in JSON.

    The answer holds up to the first error in what is not valid JSON, and so for all that a parser
    reads of it. Only whole passes over the bytes are made: a loop over them in Python would take
    longer than parsing does.
    """
    if content.count(b"[") + content.count(b"{") <= limit:
        return False
    if b"\\" in content:
        content = content.replace(b"\\\\", b"").replace(b'\\"', b"")
    marks = content.translate(_TO_SQUARE, _OTHERS)
    # Two adjacent quotes do not change what lies inside of a string. Without them, the quotes that
    # are left have brackets between them.
    while b'""' in marks:
        marks = marks.replace(b'""', b"")
    brackets = b"".join(marks.split(b'"')[::2])
    return max(accumulate(map(_STEPS.__getitem__, brackets)), default=0) > limit
