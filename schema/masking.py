"""What a client learns of an error: all of an expected one, only a number of a bug.

A resolver says that an error is expected by an exception whose `extensions` hold a `code`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from uuid import uuid4

from graphql import GraphQLError

logger = logging.getLogger("simpul.errors")


def mask_errors(errors: Iterable[GraphQLError] | None) -> list[GraphQLError]:
    """The errors as a client may see them; each bug is logged under the id its client is given.

    What failed once is one bug, however many items of a list it took: a read is shared by many.
    """
    seen: dict[int, str] = {}
    return [_mask(error, seen) if _is_a_bug(error) else error for error in errors or ()]


def _is_a_bug(error: GraphQLError) -> bool:
    if "code" in (error.extensions or {}):
        return False
    if error.original_error is None or isinstance(error.original_error, GraphQLError):
        return False
    # A value that a scalar could not read points into the document but has no path: that is
    # the client's. What a resolver raised has a path; what anything else raised has neither.
    return error.path is not None or not error.nodes


def _mask(error: GraphQLError, seen: dict[int, str]) -> GraphQLError:
    bug = id(error.original_error)
    if bug not in seen:
        seen[bug] = uuid4().hex
        logger.error(
            "internal error %s at %s", seen[bug], error.path, exc_info=error.original_error
        )
    return GraphQLError(
        "internal error",
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions={"code": "INTERNAL", "correlationId": seen[bug]},
    )
