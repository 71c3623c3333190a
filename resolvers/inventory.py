"""Measures how complete a region's inventory is, and records attestations of it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.document import to_document
from engine.model import EventKind, Opd, Region
from engine.verification.attestation import Attestation, AttestationStatus
from engine.verification.completeness import (
    Completeness,
    attesting_opds,
    completeness_by_opd,
    measure_completeness,
)
from engine.verification.inventory import DevelopmentPolicy
from resolvers import access
from resolvers.context import Context
from resolvers.opd import find_existing_opd
from resolvers.problems import NotFound
from resolvers.region_change import open_region_change
from resolvers.region_record import attestation_statuses_by_opd
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
    attestation: AttestationStatus
    is_attested: bool
    exemption_reason: str | None


@dataclass(frozen=True, slots=True)
class RegionInventory:
    """The inventory of a region: as a whole, per OPD, and for applications without an OPD."""

    completeness: Completeness
    opds: tuple[OpdInventory, ...]
    without_opd: Completeness | None
    policy: DevelopmentPolicy | None


async def summarise_region_inventory(context: Context, region: str) -> RegionInventory:
    """Return how complete a region's inventory is, with its OPDs in order of name."""
    record = await context.loaders.inventories.load(region)
    inventories = completeness_by_opd([opd.id for opd in record.opds], record.applications)
    attestations = attestation_statuses_by_opd(record, context.instance.clock().date())
    attested_opds = attesting_opds(attestations.values(), inventories)
    exemption_reasons = {exemption.opd: exemption.reason for exemption in record.exemptions}
    return RegionInventory(
        measure_completeness(region, record.applications),
        tuple(
            OpdInventory(
                opd,
                inventories[opd.id],
                attestations[opd.id],
                opd.id in attested_opds,
                exemption_reasons.get(opd.id),
            )
            for opd in record.opds
        ),
        inventories.get(""),
        record.policy,
    )


async def attest_inventory(
    context: Context, request: AttestInventory, key: str | None
) -> Attestation:
    """Record an attestation of an OPD's inventory, which is valid for a year."""
    opd = await context.loaders.opds.load(request.opd)
    if opd is None:
        raise NotFound("OPD", request.opd)

    async def apply_request(transaction: LogTransaction, region: Region) -> Attestation:
        access.allow_inventory_attestation(context.acting_viewer, region, request.opd)
        await find_existing_opd(transaction, "opdId", request.opd)
        attestation = Attestation(request.opd, context.viewer.subject, transaction.at)
        await transaction.append(
            actor=context.actor,
            kind=EventKind.INVENTORY_ATTESTED,
            subject=request.opd,
            body=to_document(attestation),
        )
        return attestation

    async with open_region_change(
        context, opd.region, key=key, request=request, result_type=Attestation
    ) as change:
        return change.earlier_result or change.store_result(
            await apply_request(change.transaction, change.region)
        )
