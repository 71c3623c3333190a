"""Relay connections over keyset pages, for lists that grow."""

from __future__ import annotations

import base64
from typing import Generic, TypeVar

import strawberry

from engine.page import Page
from resolvers.problems import InvalidArgument

Node = TypeVar("Node")
Value = TypeVar("Value")

FIRST_MOST = 200
SEARCH_LENGTH = 200


@strawberry.type(description="Where a page ends, and whether another follows.")
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None = strawberry.field(description="Give it as `after` for the next page.")


@strawberry.type(description="An item with its place in the list.")
class Edge(Generic[Node]):
    node: Node
    cursor: str


@strawberry.type(description="One page of a list.")
class Connection(Generic[Node]):
    edges: list[Edge[Node]]
    nodes: list[Node] = strawberry.field(description="The items alone.")
    page_info: PageInfo
    total_count: int = strawberry.field(description="Items in the whole list.")


def to_connection(page: Page[Value], nodes: list[Node]) -> Connection[Node]:
    """Return a page as a connection; `nodes` are its values as GraphQL types, in the same order."""
    cursors = [_encode_key(key) for key in page.keys]
    return Connection(
        edges=[Edge(node=node, cursor=cursor) for node, cursor in zip(nodes, cursors, strict=True)],
        nodes=nodes,
        page_info=PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        ),
        total_count=page.total,
    )


def checked_page_size(first: int, maximum: int = FIRST_MOST) -> int:
    """Return `first` if it is from 1 to `most`, or raise InvalidArgument."""
    if not 1 <= first <= maximum:
        raise InvalidArgument("first", f"a number from 1 to {maximum}", str(first))
    return first


def checked_search_text(search: str | None) -> str:
    """Return the text to search for, or raise InvalidArgument if it is longer than any name."""
    if search is not None and len(search) > SEARCH_LENGTH:
        raise InvalidArgument(
            "search", f"at most {SEARCH_LENGTH} characters", f"{len(search)} characters"
        )
    return search or ""


def decode_cursor(after: str | None, parts: int) -> tuple[str, ...] | None:
    """Return the key of `parts` texts that a cursor encodes, or raise InvalidArgument."""
    if after is None:
        return None
    decoded = _decode_key(after)
    if decoded is None or len(decoded) != parts:
        raise InvalidArgument(
            "after", "the endCursor of an earlier page of this list", repr(after[:64])
        )
    return decoded


def _encode_key(parts: tuple[str, ...]) -> str:
    return base64.urlsafe_b64encode("\0".join(parts).encode()).decode()


def _decode_key(cursor: str) -> tuple[str, ...] | None:
    try:
        return tuple(base64.b64decode(cursor, altchars=b"-_", validate=True).decode().split("\0"))
    except ValueError:  # not base64, or not UTF-8 in it
        return None
