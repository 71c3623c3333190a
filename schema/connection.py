"""Relay connections over keyset pages, for lists that grow."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import strawberry

from engine.page import Page
from resolvers.problems import InvalidArgument
from schema.scalars import Cursor

Node = TypeVar("Node")
Value = TypeVar("Value")

FIRST_MOST = 200
SEARCH_LENGTH = 200


@strawberry.type(description="The ends of a page, and whether other pages exist.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether items follow after this page.")
    has_previous_page: bool = strawberry.field(description="Whether items precede this page.")
    start_cursor: Cursor | None = strawberry.field(
        description="The position of the first item; null if the page is empty."
    )
    end_cursor: Cursor | None = strawberry.field(
        description="The position of the last item, to send as `after` for the next page; null if "
        "the page is empty."
    )


@strawberry.type(description="An item of a list, with its position.")
class Edge(Generic[Node]):
    node: Node = strawberry.field(description="The item.")
    cursor: Cursor = strawberry.field(description="The position of the item in the list.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[Node]):
    edges: list[Edge[Node]] = strawberry.field(
        description="The items of the page, each with its position."
    )
    nodes: list[Node] = strawberry.field(description="The items of the page.")
    page_info: PageInfo = strawberry.field(description="The ends of the page.")
    total_count: int = strawberry.field(description="The number of items in the whole list.")


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


def slice_connection(
    values: Sequence[Value],
    first: int,
    after: str | None,
    *,
    key: Callable[[Value], str],
    to_node: Callable[[Value], Node],
) -> Connection[Node]:
    """Return a page of a list that is in memory.

    Args:
        key: the id of a value, which is unique in the list and stays the same between requests.

    Raises:
        InvalidArgument: `first` is out of bounds, or the value at `after` is no longer in the list.
    """
    size = checked_page_size(first)
    start = 0
    if (decoded := decode_cursor(after, 1)) is not None:
        keys = [key(value) for value in values]
        if decoded[0] not in keys:
            raise InvalidArgument("after", "the cursor of an item that is in the list", repr(after))
        start = keys.index(decoded[0]) + 1
    selected = list(values[start : start + size])
    page: Page[Value] = Page(
        selected,
        keys=[(key(value),) for value in selected],
        has_next=start + size < len(values),
        has_previous=start > 0,
        total=len(values),
    )
    return to_connection(page, [to_node(value) for value in selected])


def checked_page_size(first: int, maximum: int = FIRST_MOST) -> int:
    """Return `first` if it is from 1 to `maximum`, or raise InvalidArgument."""
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


def _encode_key(parts: tuple[str, ...]) -> Cursor:
    return Cursor(base64.urlsafe_b64encode("\0".join(parts).encode()).decode())


def _decode_key(cursor: str) -> tuple[str, ...] | None:
    try:
        return tuple(base64.b64decode(cursor, altchars=b"-_", validate=True).decode().split("\0"))
    except ValueError:  # not base64, or not UTF-8 in it
        return None
