"""Registers OPDs, the agencies of a region."""

from __future__ import annotations

from dataclasses import dataclass

from engine.document import to_document
from engine.matching.opd_names import name_key
from engine.model import EventKind, Opd, OpdKind, Region
from resolvers import access
from resolvers.context import Context
from resolvers.problems import AlreadyExists, InvalidInput
from resolvers.region_change import (
    checked_optional_text,
    checked_text,
    entered_by,
    new_id,
    open_region_change,
)
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
    acronym: str | None = None
    parent: str | None = None


async def register_opd(context: Context, request: RegisterOpd, key: str | None) -> Opd:
    """Register an OPD in its region.

    Raises:
        Forbidden: the viewer does not answer for the region.
        InvalidInput: a text is too long or empty, or the parent is not an OPD of the region.
        AlreadyExists: the region has an OPD of that name or acronym.
    """

    async def apply_request(transaction: LogTransaction, region: Region) -> Opd:
        access.allow_region_description(context.viewer, region)
        opd = Opd(
            id=new_id(region.code, "opd"),
            region=region.code,
            name=checked_text("name", " ".join(request.name.split()), least=1, most=NAME_LENGTH),
            acronym=" ".join(
                checked_optional_text("acronym", request.acronym, most=ACRONYM_LENGTH).split()
            ),
            provenance=entered_by(context.viewer),
            kind=request.kind,
            parent=request.parent,
        )
        existing_opds = await stored.list_opds_by_region(transaction.session, region.code)
        if opd.parent is not None and opd.parent not in {existing.id for existing in existing_opds}:
            raise InvalidInput("parentId", f"an OPD of region {region.code}", opd.parent)
        ids_by_name = {
            name_key(text): existing.id
            for existing in existing_opds
            for text in (existing.acronym, existing.name)
        }
        for name in filter(None, (name_key(opd.name), name_key(opd.acronym))):
            if name in ids_by_name:
                raise AlreadyExists("OPD of that name in this region", ids_by_name[name])
        await transaction.append(
            actor=context.viewer.subject,
            kind=EventKind.OPD_RECORDED,
            subject=opd.id,
            body=to_document(opd),
        )
        return opd

    async with open_region_change(
        context, request.region, key=key, request=request, result_type=Opd
    ) as change:
        return change.earlier_result or change.store_result(
            await apply_request(change.transaction, change.region)
        )
