"""Registers OPDs, the agencies of a region."""

from __future__ import annotations

from dataclasses import dataclass

from engine.document import to_document
from engine.matching.opd_names import name_key
from engine.model import EventKind, Opd, OpdKind, Region
from resolvers import access
from resolvers.change import checked_text, entered_by, new_id, open_region_change
from resolvers.context import Context
from resolvers.problems import AlreadyExists, InvalidInput
from storage import opd as stored
from storage.log import LogTransaction

NAME_LENGTH = 200
ACRONYM_LENGTH = 50


@dataclass(frozen=True, slots=True)
class RegisterOpd:
    """Input to register an OPD. `parent` is the id of the OPD that it is part of."""

    region: str
    name: str
    kind: OpdKind
    acronym: str = ""
    parent: str | None = None


async def register_opd(context: Context, asked: RegisterOpd, key: str | None) -> Opd:
    """Register an OPD in its region.

    Raises:
        Forbidden: the viewer does not answer for the region.
        InvalidInput: a text is too long or empty, or the parent is not an OPD of the region.
        AlreadyExists: the region has an OPD of that name or acronym.
    """

    async def work(transaction: LogTransaction, region: Region) -> Opd:
        access.allow_region_description(context.viewer, region)
        opd = Opd(
            id=new_id("opd"),
            region=region.code,
            name=checked_text("name", " ".join(asked.name.split()), least=1, most=NAME_LENGTH),
            acronym=checked_text(
                "acronym", " ".join(asked.acronym.split()), least=0, most=ACRONYM_LENGTH
            ),
            provenance=entered_by(context.viewer),
            kind=asked.kind,
            parent=asked.parent,
        )
        known = await stored.list_opds_by_region(transaction.session, region.code)
        if opd.parent is not None and opd.parent not in {each.id for each in known}:
            raise InvalidInput("parent", f"an OPD of region {region.code}", opd.parent)
        taken = {name_key(text): each.id for each in known for text in (each.acronym, each.name)}
        for name in filter(None, (name_key(opd.name), name_key(opd.acronym))):
            if name in taken:
                raise AlreadyExists("OPD of that name in this region", taken[name])
        await transaction.append(
            actor=context.viewer.subject,
            kind=EventKind.OPD_RECORDED,
            subject=opd.id,
            body=to_document(opd),
        )
        return opd

    async with open_region_change(
        context, asked.region, key=key, request=asked, answer=Opd
    ) as change:
        return change.answered or change.remember(await work(change.transaction, change.region))
