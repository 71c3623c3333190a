"""Measures how complete a region's inventory is, and records attestations of it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.document import to_document
from engine.model import EventKind, Opd, Region
from engine.verification.attestation import Attestation, AttestationStatus
from engine.verification.completeness import Completeness, by_opd, measure_completeness, vouched_for
from engine.verification.inventory import DevelopmentPolicy
from resolvers import access
from resolvers.change import open_region_change
from resolvers.context import Context
from resolvers.problems import NotFound
from resolvers.region_record import seals_by_opd
from storage.log import LogTransaction


@dataclass(frozen=True, slots=True)
class AttestInventory:
    """Input to attest that an OPD's inventory lists every application that it runs."""

    opd: str


@dataclass(frozen=True, slots=True)
class OpdInventory:
    """The inventory of one OPD, with the status of its attestation today."""

    opd: Opd
    completeness: Completeness
    seal: AttestationStatus
    vouched_for: bool
    exempt_because: str | None


@dataclass(frozen=True, slots=True)
class RegionInventory:
    """The inventory of a region: as a whole, per OPD, and for applications without an OPD."""

    completeness: Completeness
    opds: tuple[OpdInventory, ...]
    owner_unknown: Completeness | None
    policy: DevelopmentPolicy | None


async def summarise_region_inventory(context: Context, region: str) -> RegionInventory:
    """Return how complete a region's inventory is, with its OPDs in order of name."""
    recorded = await context.loaders.inventories.load(region)
    inventories = by_opd([each.id for each in recorded.opds], recorded.applications)
    seals = seals_by_opd(recorded, context.instance.clock().date())
    vouched = vouched_for(seals.values(), inventories)
    exempt = {each.opd: each.reason for each in recorded.exempt}
    return RegionInventory(
        measure_completeness(region, recorded.applications),
        tuple(
            OpdInventory(
                each, inventories[each.id], seals[each.id], each.id in vouched, exempt.get(each.id)
            )
            for each in recorded.opds
        ),
        inventories.get(""),
        recorded.policy,
    )


async def attest_inventory(
    context: Context, asked: AttestInventory, key: str | None
) -> Attestation:
    """Record an attestation of an OPD's inventory, which is valid for a year."""
    known = await context.loaders.opds.load(asked.opd)
    if known is None:
        raise NotFound("OPD", asked.opd)

    async def work(transaction: LogTransaction, region: Region) -> Attestation:
        access.allow_inventory_attestation(context.viewer, region, asked.opd)
        given = Attestation(asked.opd, context.viewer.subject, transaction.at)
        await transaction.append(
            actor=context.viewer.subject,
            kind=EventKind.INVENTORY_ATTESTED,
            subject=asked.opd,
            body=to_document(given),
        )
        return given

    async with open_region_change(
        context, known.region, key=key, request=asked, answer=Attestation
    ) as change:
        return change.answered or change.remember(await work(change.transaction, change.region))
