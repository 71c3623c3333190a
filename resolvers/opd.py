"""Registers and changes OPDs, the agencies of a region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.document import to_document
from engine.log.body_bounds import text_bound
from engine.matching.opd_names import OpdNames
from engine.model import EventKind, Opd, OpdKind, Region
from facts.affair import GovernmentAffair, affairs_by_id
from resolvers import access
from resolvers.context import Context
from resolvers.problems import AlreadyExists, InvalidInput, NotFound, VersionConflict
from resolvers.region_change import (
    checked_optional_text,
    checked_text,
    entered_by,
    new_id,
    open_region_change,
)
from storage import opd as stored
from storage import region as stored_region
from storage.log import LogTransaction

CLEARABLE = frozenset({"acronym", "parent"})
CHANGEABLE = CLEARABLE | {"name", "kind", "affairs"}
INPUT_FIELDS = {"parent": "parentId", "affairs": "affairIds"}


@dataclass(frozen=True, slots=True)
class RegisterOpd:
    """Input to register an OPD. `parent` is the id of the OPD that it is part of."""

    region: str
    name: str
    kind: OpdKind
    acronym: str | None = None
    parent: str | None = None
    affairs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UpdateOpd:
    """Input to change an OPD.

    `changes` holds new values by field name, which is in CHANGEABLE; None clears a CLEARABLE field.
    """

    id: str
    version: int
    changes: Mapping[str, str | OpdKind | tuple[str, ...] | None]


async def register_opd(context: Context, request: RegisterOpd, key: str | None) -> Opd:
    """Register an OPD in its region.

    Raises:
        Forbidden: the viewer does not answer for the region.
        InvalidInput: a field has a value that is not allowed.
        AlreadyExists: the region has an OPD of that name or acronym.
    """

    async def apply_request(transaction: LogTransaction, region: Region) -> Opd:
        access.allow_region_description(context.viewer, region)
        opd = Opd(
            id=new_id(region.code, "opd"),
            region=region.code,
            name=request.name,
            acronym=_checked_acronym(request.acronym),
            provenance=entered_by(context.viewer),
            kind=request.kind,
            parent=request.parent,
            affairs=request.affairs,
        )
        return await append_opd(context, transaction, opd, EventKind.OPD_RECORDED)

    async with open_region_change(
        context, request.region, key=key, request=request, result_type=Opd
    ) as change:
        return change.earlier_result or change.store_result(
            await apply_request(change.transaction, change.region)
        )


async def update_opd(context: Context, request: UpdateOpd, key: str | None) -> Opd:
    """Change the names, the kind, the parent or the affairs of an OPD.

    Raises:
        NotFound, VersionConflict: the OPD is not as the client last read it.
        Forbidden, InvalidInput, AlreadyExists: as for `register_opd`.
    """

    async def apply_request(transaction: LogTransaction, region: Region) -> Opd:
        access.allow_region_description(context.viewer, region)
        current = await find_existing_opd(transaction, "id", request.id)
        if current.version != request.version:
            raise VersionConflict(request.id, request.version, current.version)
        for field in sorted(CHANGEABLE - CLEARABLE):
            if field in request.changes and request.changes[field] is None:
                expected = "a value, or to be left out"
                raise InvalidInput(INPUT_FIELDS.get(field, field), expected, "null")
        changes: dict[str, Any] = {**request.changes}
        if "acronym" in changes:
            changes["acronym"] = _checked_acronym(changes["acronym"])
        opd = replace(current, version=current.version + 1, **changes)
        return await append_opd(context, transaction, opd, EventKind.OPD_UPDATED)

    region_code = (await find_opd(context, request.id)).region
    async with open_region_change(
        context, region_code, key=key, request=request, result_type=Opd
    ) as change:
        return change.earlier_result or change.store_result(
            await apply_request(change.transaction, change.region)
        )


async def find_opd(context: Context, id: str) -> Opd:
    """Return the OPD with this id, also if it is dissolved, or raise NotFound."""
    opd = await context.loaders.opds.load(id)
    if opd is None:
        raise NotFound("OPD", id)
    return opd


async def find_existing_opd(transaction: LogTransaction, field: str, id: str) -> Opd:
    """Return an OPD of the transaction's region that is not dissolved.

    Raises:
        InvalidInput: there is none with this id; `field` names the input.
    """
    opds = await stored.opds_by_id(transaction.session, [id])
    return require_existing_opd(opds, transaction.region, field, id)


def require_existing_opd(opds: Mapping[str, Opd], region: str, field: str, id: str) -> Opd:
    """Return one of these OPDs, as `find_existing_opd` does."""
    opd = opds.get(id)
    if opd is None or opd.region != region:
        raise InvalidInput(field, f"an OPD of region {region}", id)
    if opd.dissolved_reason is not None:
        raise InvalidInput(field, f"an OPD of region {region} that is not dissolved", id)
    return opd


async def append_opd(
    context: Context, transaction: LogTransaction, opd: Opd, kind: EventKind
) -> Opd:
    """Validate an OPD and append it to the region's log.

    Raises:
        InvalidInput: a field has a value that is not allowed.
        AlreadyExists: the region has another OPD of that name or acronym.
    """
    opd = replace(
        opd,
        name=checked_text("name", _single_spaced(opd.name), text_bound(Opd, "name")),
        affairs=_checked_affairs(opd.affairs),
    )
    existing_opds = await stored.list_opds_by_region(transaction.session, opd.region)
    others = [existing for existing in existing_opds if existing.id != opd.id]
    await _check_parent(transaction, opd, others)
    region = (await stored_region.regions_by_code(transaction.session, [opd.region]))[opd.region]
    names = OpdNames(others, region.name)
    for name in filter(None, (opd.name, opd.acronym)):
        if other := names.match(name):  # also another spelling, which files would confuse
            raise AlreadyExists("OPD of that name in this region", other.id)
    await transaction.append(actor=context.actor, kind=kind, subject=opd.id, body=to_document(opd))
    return opd


def list_affairs(ids: Sequence[str] | None = None) -> list[GovernmentAffair]:
    """Return the government affairs with these ids, or all of them; unknown ids are left out."""
    affairs = affairs_by_id()
    return [affairs[id] for id in (affairs if ids is None else ids) if id in affairs]


async def _check_parent(transaction: LogTransaction, opd: Opd, others: Sequence[Opd]) -> None:
    if opd.parent is None:
        return
    parents = {other.id: other.parent for other in others}
    if opd.parent != opd.id:
        await find_existing_opd(transaction, "parentId", opd.parent)
    ancestor: str | None = opd.parent
    for _ in range(len(parents) + 1):
        if ancestor == opd.id:
            raise InvalidInput("parentId", "an OPD that is not a part of this one", opd.parent)
        if ancestor is None:
            return
        ancestor = parents.get(ancestor)


def _checked_acronym(acronym: str | None) -> str:
    spaced = None if acronym is None else _single_spaced(acronym)
    return checked_optional_text("acronym", spaced, text_bound(Opd, "acronym"))


def _single_spaced(name: str) -> str:
    return " ".join(name.split())


def _checked_affairs(affairs: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of affairs in the order of the law, each once."""
    known = affairs_by_id()
    for index, id in enumerate(affairs):
        if id not in known:
            raise InvalidInput(f"affairIds.{index}", "the id of a government affair", id)
    return tuple(id for id in known if id in affairs)
