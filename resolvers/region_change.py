"""Runs a mutation of a region in one transaction, and once per idempotency key."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from engine.document import from_document, to_document
from engine.identifier import entity_id
from engine.matching.names import url_host
from engine.model import Provenance, Region, Role, Viewer
from resolvers.context import Context
from resolvers.problems import Forbidden, IdempotencyKeyReused, InvalidInput
from storage import idempotency
from storage.log import LogTransaction

Value = TypeVar("Value")

KEY_LENGTH = 128


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
    context: Context, region: str, *, key: str | None, request: object, result_type: type[Value]
) -> AsyncIterator[RegionChange[Value]]:
    """Yield a change of `region`, in one transaction.

    Args:
        key: the client's idempotency key; None applies the request each time.
        request: the input, a dataclass; a key is valid for one request only.
        result_type: the type of the result, which a repeated request receives.

    Raises:
        Forbidden: the viewer has no token.
        InvalidInput: the key is too short or too long.
        IdempotencyKeyReused: the key was used for another request.
        NotFound, OwnedElsewhere: as for `Context.write_region`.
    """
    if context.viewer.role is Role.PUBLIC:
        raise Forbidden(Role.PUBLIC, "change anything")
    if key is not None and not 1 <= len(key) <= KEY_LENGTH:
        raise InvalidInput(
            "idempotencyKey", f"1 to {KEY_LENGTH} characters", f"{len(key)} characters"
        )
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
    return Provenance(f"dicatat oleh {OFFICES[viewer.role]} {', '.join(scope)}".strip())


def new_id(region: str, kind: str) -> str:
    """Return a new id in the log of `region`, with 80 random bits."""
    return entity_id(region, kind, secrets.token_hex(10))


def checked_text(field: str, value: str, *, least: int, most: int) -> str:
    """Return `value` without outer white space, or raise InvalidInput if its length is wrong."""
    stripped = value.strip()
    if not least <= len(stripped) <= most:
        raise InvalidInput(field, f"{least} to {most} characters", f"{len(stripped)}")
    return stripped


def checked_optional_text(field: str, value: str | None, *, most: int) -> str:
    """Return `value` without outer white space, or "" for None, which the log has for unknown.

    Raises:
        InvalidInput: the text is empty or too long.
    """
    return "" if value is None else checked_text(field, value, least=1, most=most)


def web_address(field: str, value: str) -> str:
    """Return `value` if it is a web address, or raise InvalidInput."""
    stripped = checked_text(field, value, least=1, most=2000)
    scheme = stripped.partition("://")[0].lower()
    if scheme not in ("http", "https") or not url_host(stripped) or " " in stripped:
        expected = "an address that begins with http:// or https:// and names a host"
        raise InvalidInput(field, expected, stripped)
    return stripped
