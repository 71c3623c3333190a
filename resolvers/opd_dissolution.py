"""Merges and dissolves OPDs: applications, parts and rights pass to the successor.

A dissolved OPD stays on record with its reason and its successor, so that its history can be read.
It has no duties: attestations and exemptions of it no longer count. Those of the successor stay,
but a moved application is an edit of the successor's inventory, so that an attestation of another
person becomes invalid. Integrations belong to applications and need no change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.document import to_document
from engine.log.body_bounds import text_bound
from engine.model import Application, ApplicationStatus, EventKind, Opd, Region
from engine.plain_text import name_key
from resolvers import access
from resolvers.context import Context
from resolvers.opd import find_existing_opd, find_opd
from resolvers.problems import (
    ApplicationNamesCollide,
    InvalidInput,
    NameCollision,
    VersionConflict,
)
from resolvers.region_change import checked_text, open_region_change
from storage import application as stored_application
from storage import opd as stored
from storage.log import LogTransaction, NewEntry

MERGED_MOST = 50  # OPDs that one request merges


@dataclass(frozen=True, slots=True)
class MergeOpds:
    """Input to merge OPDs into another one of their region."""

    opds: tuple[str, ...]
    successor: str
    reason: str


@dataclass(frozen=True, slots=True)
class DissolveOpd:
    """Input to dissolve an OPD. It needs a successor while it owns an application in use."""

    id: str
    version: int
    successor: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class MergedOpds:
    """The OPD that took over, the dissolved OPDs, and the number of applications that moved."""

    successor: Opd
    dissolved: tuple[Opd, ...]
    moved_application_count: int


async def merge_opds(context: Context, request: MergeOpds, key: str | None) -> MergedOpds:
    """Dissolve OPDs, and move their applications and parts to one successor.

    Raises:
        Forbidden: the viewer does not answer for the region.
        NotFound: there is no such successor.
        InvalidInput: an OPD is dissolved, is of another region, or is named twice.
        ApplicationNamesCollide: two of the applications would have one name in one OPD.
    """

    async def apply_request(transaction: LogTransaction, region: Region) -> MergedOpds:
        access.allow_region_description(context.viewer, region)
        if not 1 <= len(request.opds) <= MERGED_MOST:
            raise InvalidInput("opdIds", f"1 to {MERGED_MOST} OPDs", str(len(request.opds)))
        successor = await find_existing_opd(transaction, "successorId", request.successor)
        dissolved = []
        for index, id in enumerate(request.opds):
            if id in (successor.id, *request.opds[:index]):
                expected = "an OPD that is named once, and is not the successor"
                raise InvalidInput(f"opdIds.{index}", expected, id)
            dissolved.append(await find_existing_opd(transaction, f"opdIds.{index}", id))
        dissolution = await _load_dissolution(transaction, dissolved, successor)
        merged = await _append_dissolution(context, transaction, dissolution, request.reason)
        changed = {opd.id: opd for opd in dissolution.parts}
        return MergedOpds(
            changed.get(successor.id, successor), tuple(merged), len(dissolution.moved)
        )

    region_code = (await find_opd(context, request.successor)).region
    async with open_region_change(
        context, region_code, key=key, request=request, result_type=MergedOpds
    ) as change:
        return change.earlier_result or change.store_result(
            await apply_request(change.transaction, change.region)
        )


async def dissolve_opd(context: Context, request: DissolveOpd, key: str | None) -> Opd:
    """Dissolve an OPD, with the successor that takes over its applications and parts.

    Raises:
        NotFound, VersionConflict: the OPD is not as the client last read it.
        InvalidInput: it owns applications that are not retired, and no successor is named.
        Forbidden, ApplicationNamesCollide: as for `merge_opds`.
    """

    async def apply_request(transaction: LogTransaction, region: Region) -> Opd:
        access.allow_region_description(context.viewer, region)
        opd = await find_existing_opd(transaction, "opdId", request.id)
        if opd.version != request.version:
            raise VersionConflict(opd.id, request.version, opd.version)
        if request.successor == opd.id:
            raise InvalidInput("successorId", "another OPD", opd.id)
        successor = (
            None
            if request.successor is None
            else await find_existing_opd(transaction, "successorId", request.successor)
        )
        dissolution = await _load_dissolution(transaction, [opd], successor)
        [dissolved] = await _append_dissolution(context, transaction, dissolution, request.reason)
        return dissolved

    region_code = (await find_opd(context, request.id)).region
    async with open_region_change(
        context, region_code, key=key, request=request, result_type=Opd
    ) as change:
        return change.earlier_result or change.store_result(
            await apply_request(change.transaction, change.region)
        )


@dataclass(frozen=True, slots=True)
class _Dissolution:
    """What a possible dissolution changes."""

    dissolved: Sequence[Opd]
    successor: Opd | None
    moved: Sequence[Application]  # in use or retired; empty without a successor
    parts: Sequence[Opd]  # the OPDs whose parent changes, with their new parents


async def _load_dissolution(
    transaction: LogTransaction, dissolved: Sequence[Opd], successor: Opd | None
) -> _Dissolution:
    session, region = transaction.session, transaction.region
    ids = {opd.id for opd in dissolved}
    owners = ids if successor is None else ids | {successor.id}
    owned = await stored_application.list_applications_by_opds(session, region, owners)
    moved = [application for application in owned if application.opd in ids]
    if successor is None:
        if any(application.status is not ApplicationStatus.RETIRED for application in moved):
            expected = "an OPD that takes over its applications in use"
            raise InvalidInput("successorId", expected, "nothing")
        moved = []  # its retired applications stay with it
    else:
        _refuse_collisions(owned, moved)
    existing_opds = await stored.list_opds_by_region(session, region)
    return _Dissolution(dissolved, successor, moved, _find_parts(existing_opds, ids, successor))


def _refuse_collisions(owned: Sequence[Application], moved: Sequence[Application]) -> None:
    """Raise ApplicationNamesCollide if two applications in use would have one name in one OPD."""
    moved_ids = {application.id for application in moved}
    kept: dict[str, Application] = {}
    collisions = []
    # The applications of the successor come first, so that they are the ones that stay.
    for application in sorted(owned, key=lambda owned: (owned.id in moved_ids, owned.id)):
        if application.status is ApplicationStatus.RETIRED:
            continue
        namesake = kept.setdefault(name_key(application.name), application)
        if namesake is not application and application.id in moved_ids:
            collisions.append(NameCollision(application, namesake))
    if collisions:
        raise ApplicationNamesCollide(collisions)


def _find_parts(
    existing_opds: Sequence[Opd], dissolved: set[str], successor: Opd | None
) -> list[Opd]:
    """Return the parts of dissolved OPDs with their new parents.

    A part passes to the successor. The successor itself, and what contains it, passes to the
    nearest OPD above the dissolved one instead, so that no OPD becomes a part of itself.
    """
    parents = {opd.id: opd.parent for opd in existing_opds}
    above_successor: set[str] = set()
    ancestor = None if successor is None else successor.id
    while ancestor is not None and ancestor not in above_successor:
        above_successor.add(ancestor)
        ancestor = parents.get(ancestor)
    parts = []
    for opd in existing_opds:
        if opd.parent not in dissolved or opd.id in dissolved:
            continue
        parent: str | None = None if successor is None else successor.id
        if successor is None or opd.id in above_successor:
            parent = opd.parent
            for _ in dissolved:
                parent = parents.get(parent or "") if parent in dissolved else parent
        parts.append(replace(opd, version=opd.version + 1, parent=parent))
    return parts


async def _append_dissolution(
    context: Context, transaction: LogTransaction, dissolution: _Dissolution, reason: str
) -> list[Opd]:
    """Append the changes of a dissolution, and return the dissolved OPDs."""
    reason = checked_text("reason", reason, text_bound(Opd, "dissolved_reason"))
    successor = dissolution.successor
    successor_id = None if successor is None else successor.id
    moved = [
        replace(application, version=application.version + 1, opd=successor_id)
        for application in dissolution.moved
    ]
    dissolved = [
        replace(opd, version=opd.version + 1, successor=successor_id, dissolved_reason=reason)
        for opd in dissolution.dissolved
    ]
    actor = context.actor
    await transaction.append_all(
        [
            *(
                NewEntry(actor, EventKind.APPLICATION_UPDATED, value.id, to_document(value))
                for value in moved
            ),
            *(
                NewEntry(actor, EventKind.OPD_UPDATED, value.id, to_document(value))
                for value in dissolution.parts
            ),
            *(
                NewEntry(actor, EventKind.OPD_DISSOLVED, value.id, to_document(value))
                for value in dissolved
            ),
        ]
    )
    return dissolved
