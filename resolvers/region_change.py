"""Runs a mutation of a region in one transaction, and once per idempotency key."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from engine.bounds import AddressBound, Bound, BoundExceeded, TextBound
from engine.document import from_document, to_document
from engine.identifier import entity_id
from engine.log.refusal import BodyTooLarge, TooManyRows
from engine.model import Provenance, Region, Role, Viewer
from engine.plain_text import unify_line_ends
from resolvers.context import Context
from resolvers.problems import Forbidden, IdempotencyKeyReused, InvalidInput
from storage import idempotency
from storage.log import LogTransaction

Value = TypeVar("Value")

KEY_LENGTH = 128
SCOPE_CHARACTERS_MOST = 800  # of the regions or OPDs of a viewer, which a source names


@dataclass
class RegionChange(Generic[Value]):
    """A change in progress, or the result of an earlier request with the same key."""

    transaction: LogTransaction
    region: Region
    earlier_result: Value | None = None  # the result of an earlier request with this key
    result: Value | None = None

    def store_result(self, result: Value) -> Value:
        """Store the result for a repeated request, and return it."""
        self.result = result
        return result


@asynccontextmanager
async def open_region_change(
    context: Context,
    region: str,
    *,
    key: str | None,
    request: object,
    result_type: type[Value],
    counted_field: str = "regionCode",
) -> AsyncIterator[RegionChange[Value]]:
    """Yield a change of `region`, in one transaction.

    Args:
        key: the client's idempotency key; None applies the request each time.
        request: the input, a dataclass; a key is valid for one request only.
        result_type: the type of the result, which a repeated request receives.
        counted_field: the field of the input that names the region or the record, for the problem
            of a region that has too many rows.

    Raises:
        Forbidden: the viewer has no token.
        InvalidInput: the key is too short or too long, or the region has too many rows,
            or a record is too large.
        IdempotencyKeyReused: the key was used for another request.
        NotFound, OwnedElsewhere: as for `Context.write_region`.
    """
    if context.viewer.role is Role.PUBLIC:
        raise Forbidden(Role.PUBLIC, "change anything")
    if key is not None and not 1 <= len(key) <= KEY_LENGTH:
        raise InvalidInput(
            "idempotencyKey", f"1 to {KEY_LENGTH} characters", f"{len(key)} characters"
        )
    try:
        async with _open_change(context, region, key, request, result_type) as change:
            yield change
    except TooManyRows as refused:
        expected = f"a region with fewer than {refused.most:,} rows of {refused.rows}"
        raise InvalidInput(counted_field, expected, f"{refused.most:,}") from refused
    except BodyTooLarge as refused:
        expected = f"shorter texts: at most {refused.most:,} bytes with all that belongs to it"
        raise InvalidInput(counted_field, expected, f"{refused.size:,} bytes") from refused


@asynccontextmanager
async def _open_change(
    context: Context, region: str, key: str | None, request: object, result_type: type[Value]
) -> AsyncIterator[RegionChange[Value]]:
    async with context.write_region(region, key) as (transaction, state):
        current_region = state.region
        assert current_region is not None  # a log begins with the entry of its region
        if key is None:
            yield RegionChange(transaction, current_region)
            return
        # Role and scope are part of the request, since the result may hold rows that other viewers
        # may not see.
        request_document = {
            "mutation": type(request).__name__,
            "input": to_document(request),
            "role": context.viewer.role.value,
            "regions": sorted(context.viewer.regions),
            "opds": sorted(context.viewer.opds),
        }
        if state.response is not None:
            try:
                state.response.require_request(key, request_document)
            except idempotency.KeyReused as reused:
                raise IdempotencyKeyReused(key) from reused
            yield RegionChange(
                transaction,
                current_region,
                earlier_result=from_document(result_type, state.response.response),
            )
            return
        change = RegionChange[Value](transaction, current_region)
        yield change
        await idempotency.save_idempotent_response(
            transaction,
            context.viewer.subject,
            key,
            request_document,
            to_document(change.result),
        )


OFFICES = {  # as a source names them, which the pages show
    Role.PUBLIC: "publik",
    Role.FOLLOWER: "pengikut",
    Role.OPD: "OPD",
    Role.REGION: "daerah",
    Role.ASSESSOR: "asesor",
    Role.PROVINCE: "provinsi",
    Role.ADMIN: "administrator",
}


def entered_by(viewer: Viewer) -> Provenance:
    """Return the provenance of a viewer's input: the office, since rows are public.

    The actor of the log entry identifies the person.
    """
    scope = sorted(viewer.opds if viewer.role is Role.OPD else viewer.regions)
    listed = ", ".join(scope)
    if len(listed) > SCOPE_CHARACTERS_MOST:
        shown = listed[:SCOPE_CHARACTERS_MOST].rpartition(", ")[0]
        listed = f"{shown} dan {len(scope) - shown.count(', ') - 1} lainnya"
    return Provenance(f"dicatat oleh {OFFICES[viewer.role]} {listed}".strip())


def new_id(region: str, kind: str) -> str:
    """Return a new id in the log of `region`, with 80 random bits."""
    return entity_id(region, kind, secrets.token_hex(10))


def checked_text(field: str, value: str, bound: TextBound) -> str:
    """Return a text without outer white space.

    Raises:
        InvalidInput: its length is wrong, or it has control or format characters.
    """
    text = (unify_line_ends(value) if bound.has_lines else value).strip()
    _check_bound(field, text, bound)
    return text


def checked_optional_text(field: str, value: str | None, bound: TextBound) -> str:
    """Return `value` without outer white space, or "" for None, which the log has for unknown.

    Raises:
        InvalidInput: the text is empty or too long, or has control or format characters.
    """
    return "" if value is None else checked_text(field, value, replace(bound, least=1))


def checked_address(field: str, value: str) -> str:
    """Return a web address without outer white space.

    Raises:
        InvalidInput: it is not a web address, or too long.
    """
    address = value.strip()
    _check_bound(field, address, AddressBound())
    return address


def _check_bound(field: str, value: object, bound: Bound) -> None:
    try:
        bound.check(field, value)
    except BoundExceeded as exceeded:
        raise InvalidInput(exceeded.field, exceeded.expected, exceeded.received) from exceeded
