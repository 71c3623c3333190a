"""Masks errors for clients: an expected error is shown in full, a bug only as a correlation id.

A resolver marks an error as expected by an exception whose `extensions` hold a `code`. The error of
a database that is away is no bug: the client gets UNAVAILABLE, and the log one line a minute.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from uuid import uuid4

from graphql import GraphQLError

from resolvers.outage import outage_reporter

logger = logging.getLogger("simpul.errors")


def mask_errors(errors: Iterable[GraphQLError] | None) -> list[GraphQLError]:
    """Return the errors as a client may see them; each bug is logged with its correlation id.

    An exception that fails many items of a list is one bug, since the items share a read.
    """
    correlation_ids: dict[int, str] = {}
    return [
        _mask_error(error, correlation_ids) if _is_bug(error) else error for error in errors or ()
    ]


def _is_bug(error: GraphQLError) -> bool:
    if "code" in (error.extensions or {}):
        return False
    if error.original_error is None or isinstance(error.original_error, GraphQLError):
        return False
    # An invalid scalar value is the client's error: it has nodes of the document but no path. An
    # exception of a resolver has a path, and any other exception has neither.
    return error.path is not None or not error.nodes


def _mask_error(error: GraphQLError, correlation_ids: dict[int, str]) -> GraphQLError:
    unavailable = outage_reporter.unavailable_for(error.original_error)
    if unavailable is not None:
        return _replace_error(error, str(unavailable), unavailable.extensions)
    exception_id = id(error.original_error)
    if exception_id not in correlation_ids:
        correlation_ids[exception_id] = uuid4().hex
        logger.error(
            "internal error %s at %s",
            correlation_ids[exception_id],
            error.path,
            exc_info=error.original_error,
        )
    return _replace_error(
        error,
        "internal error",
        {"code": "INTERNAL", "correlationId": correlation_ids[exception_id]},
    )


def _replace_error(
    error: GraphQLError, message: str, extensions: dict[str, object]
) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )
