"""Offers the usual OPDs to a region that lacks them, and registers those that a person confirms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from engine.document import to_document
from engine.matching.opd_names import OpdNames
from engine.model import EventKind, Opd, OpdKind, Region
from engine.plain_text import name_key
from facts.application import OpdReference, default_opds, opd_aliases, opd_reference
from resolvers import access
from resolvers.context import Context
from resolvers.problems import InvalidArgument, InvalidInput
from resolvers.region_change import entered_by, new_id, open_region_change
from storage import opd as stored
from storage.log import LogTransaction, NewEntry


@dataclass(frozen=True, slots=True)
class DefaultOpd:
    """A usual OPD that a region does not have yet."""

    id: str  # of the reference
    name: str
    acronym: str  # empty if an OPD of the region uses it
    kind: OpdKind
    parent: str | None  # id of the reference that it is a part of
    parent_name: str | None
    affairs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RegisterDefaultOpds:
    """Input to register usual OPDs, by the ids of their references."""

    region: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RegisteredOpds:
    """The OPDs that one change registered."""

    opds: tuple[Opd, ...]


async def list_default_opds(context: Context, region_code: str) -> list[DefaultOpd]:
    """Return the usual OPDs that a region lacks; a province and a central agency lack none.

    Raises:
        InvalidArgument: there is no such region.
    """
    region = await context.loaders.regions.load(region_code)
    if region is None:
        raise InvalidArgument("regionCode", "the code of a region on record", region_code)
    async with context.read() as session:
        return _missing_opds(region, await stored.list_opds_by_region(session, region.code))


async def register_default_opds(
    context: Context, request: RegisterDefaultOpds, key: str | None
) -> RegisteredOpds:
    """Register usual OPDs of a region in one change.

    Raises:
        Forbidden: the viewer does not answer for the region.
        NotFound: there is no such region.
        InvalidInput: the region has the OPD already, or lacks the one that contains it.
    """

    async def apply_request(transaction: LogTransaction, region: Region) -> RegisteredOpds:
        access.allow_region_description(context.viewer, region)
        existing_opds = await stored.list_opds_by_region(transaction.session, region.code)
        missing = {opd.id: opd for opd in _missing_opds(region, existing_opds)}
        if not request.references:
            raise InvalidInput("referenceIds", "1 id at least", "0")
        for index, id in enumerate(request.references):
            if id not in missing or id in request.references[:index]:
                expected = "the id of a usual OPD that the region lacks, once"
                raise InvalidInput(f"referenceIds.{index}", expected, id)
        names = _names(region, existing_opds)
        ids = {id: new_id(region.code, "opd") for id in missing if id in request.references}
        opds = []
        for reference_id, opd_id in ids.items():
            default = missing[reference_id]
            parent = ids.get(default.parent or "")
            if default.parent_name is not None and parent is None:
                existing_parent = names.match(default.parent_name)
                if existing_parent is None:
                    field = f"referenceIds.{request.references.index(reference_id)}"
                    expected = f"the id of {default.parent_name}, too, which contains this OPD"
                    raise InvalidInput(field, expected, reference_id)
                parent = existing_parent.id
            opds.append(
                Opd(
                    id=opd_id,
                    region=region.code,
                    name=default.name,
                    acronym=default.acronym,
                    provenance=entered_by(context.viewer),
                    kind=default.kind,
                    parent=parent,
                    affairs=default.affairs,
                )
            )
        actor = context.actor
        await transaction.append_all(
            [NewEntry(actor, EventKind.OPD_RECORDED, opd.id, to_document(opd)) for opd in opds]
        )
        return RegisteredOpds(tuple(opds))

    async with open_region_change(
        context, request.region, key=key, request=request, result_type=RegisteredOpds
    ) as change:
        return change.earlier_result or change.store_result(
            await apply_request(change.transaction, change.region)
        )


def _missing_opds(region: Region, existing_opds: Sequence[Opd]) -> list[DefaultOpd]:
    """Return the usual OPDs of which the region has none by any of their own names."""
    names = _names(region, existing_opds)
    name_by_id = {reference.id: reference.name for reference in opd_reference()}
    used_names = {name_key(text) for opd in existing_opds for text in (opd.name, opd.acronym)}
    aliases = {group[0]: group for group in opd_aliases()}
    # Several agencies use acronyms such as DKP, which therefore show nothing.
    users = Counter(name_key(name) for group in aliases.values() for name in {*group})

    def is_missing(reference: OpdReference) -> bool:
        own_names = (name for name in aliases[reference.name] if users[name_key(name)] == 1)
        return not any(names.is_known(name) for name in own_names)

    return [
        DefaultOpd(
            id=reference.id,
            name=reference.name,
            acronym="" if name_key(reference.acronym) in used_names else reference.acronym,
            kind=reference.kind,
            parent=reference.parent,
            parent_name=None if reference.parent is None else name_by_id[reference.parent],
            affairs=reference.affair_ids,
        )
        for reference in default_opds(region.kind)
        if is_missing(reference)
    ]


def _names(region: Region, existing_opds: Sequence[Opd]) -> OpdNames:
    return OpdNames(existing_opds, region.name, opd_aliases())
