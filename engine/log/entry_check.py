"""Checks what an entry may say: about its own region, with ids of its own log, within bounds.

The owner of a followed log is another party. Its log changes what its region owns, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from pydantic import ValidationError

from engine.bounds import BoundExceeded, quote_start
from engine.document import from_document
from engine.log.assessment_log import RESULT_KINDS, assessment_log
from engine.log.body_bounds import BODY_BYTES_MOST, check_bounds
from engine.log.entry import Entry
from engine.log.entry_types import ENTRY_BODY_TYPES
from engine.log.refusal import BodyTooLarge, EntryRefused, RefusalReason
from engine.log.region_identity import RegionIdentity
from engine.model import Assessment, Region
from engine.plain_text import is_plain_text

_UNKNOWN_FIELD = "unexpected_keyword_argument"  # the type of pydantic's error


class UnknownField(EntryRefused):
    """A body has a field that its type does not have."""

    def __init__(self, kind: type, field: str) -> None:
        super().__init__(
            RefusalReason.INVALID_BODY,
            f"expected the fields of {kind.__name__}, got also {quote_start(field)}",
        )


def parse_body(
    kind: type | None, body: Mapping[str, Any], *, has_known_fields: bool = False
) -> Any:
    """Return the value of a body.

    Args:
        kind: the type of the body; None if no entry of a log has such a body.
        has_known_fields: whether the body may have only the fields of the type, as in a followed
            log.

    Raises:
        EntryRefused: the body does not have the type.
    """
    if kind is None:
        raise EntryRefused(
            RefusalReason.INVALID_BODY, "expected the kind of a log entry, got a derived kind"
        )
    try:
        return from_document(kind, body, has_known_fields=has_known_fields)
    except ValidationError as error:
        for failure in error.errors():
            if failure["type"] == _UNKNOWN_FIELD:
                raise UnknownField(kind, ".".join(map(str, failure["loc"]))) from None
        first = error.errors()[0]
        location = ".".join(map(str, first["loc"]))
        raise EntryRefused(RefusalReason.INVALID_BODY, f"{location}: {first['msg']}") from None


def check_storable(entry: Entry) -> None:
    """Check that an entry of a followed log has nothing that would only be stored for its readers.

    Raises:
        EntryRefused: its header has control or format characters, or its body is too large or has
            fields that its type does not have.
    """
    check_header(entry)
    check_body_size(entry.body)
    try:
        parse_body(ENTRY_BODY_TYPES.get(entry.kind), entry.body, has_known_fields=True)
    except UnknownField:
        raise
    except EntryRefused:
        pass  # the projection refuses it, with what it states


def check_body_size(body: Mapping[str, Any]) -> None:
    """Check the size of a body.

    Raises:
        BodyTooLarge: an entry of any log has a smaller one.
    """
    size = len(orjson.dumps(body))
    if size > BODY_BYTES_MOST:
        raise BodyTooLarge(size, BODY_BYTES_MOST)


def check_header(entry: Entry) -> None:
    """Check the texts in the header of an entry, which are names of people and of rows.

    Raises:
        EntryRefused: they have control or format characters.
    """
    for name, text in (("actor", entry.actor), ("subject", entry.subject)):
        if not is_plain_text(text):
            raise EntryRefused(
                RefusalReason.OUT_OF_BOUNDS,
                f"{name}: expected a text without control or format characters, got "
                f"{quote_start(text)}",
            )


def check_own_region(log: str, value: Any) -> None:
    """Check that a body is about the region of its log. Results are about other regions.

    Raises:
        EntryRefused: it is about another region.
    """
    if isinstance(value, Assessment) and value.kind in RESULT_KINDS:
        return
    region = value.code if isinstance(value, Region) else getattr(value, "region", log)
    if region != log:
        raise EntryRefused(
            RefusalReason.FOREIGN_REGION, f"expected region {log}, got {quote_start(region)}"
        )


def is_own_id(log: str, id: str) -> bool:
    """Return whether an id begins with the code of the log's region."""
    return id.startswith(f"{log}:")


def check_own_id(log: str, id: str) -> None:
    """Check that an id begins with the code of the log's region.

    Raises:
        EntryRefused: it is the id of something in another log.
    """
    if not is_own_id(log, id):
        raise EntryRefused(
            RefusalReason.FOREIGN_ID,
            f"expected an id that begins with {log}:, got {quote_start(id)}",
        )


def check_followed_body(log: str, value: Any, graded: RegionIdentity | None) -> None:
    """Check a body of a followed log, besides its references.

    Args:
        graded: the identity of the region that an assessment is about, in this instance's list.

    Raises:
        EntryRefused: the log may not say this.
    """
    if isinstance(value, Assessment) and value.kind in RESULT_KINDS:
        expected = None
        if graded is not None:
            expected = assessment_log(graded.code, graded.parent, value.kind)
        if expected != log:
            raise EntryRefused(
                RefusalReason.FOREIGN_RESULT,
                f"expected a result of a region whose results {log} records, got one of "
                f"{quote_start(value.region)}",
            )
    try:
        check_bounds(value)
    except BoundExceeded as exceeded:
        raise EntryRefused(RefusalReason.OUT_OF_BOUNDS, str(exceeded)) from None
