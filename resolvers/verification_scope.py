"""Records exempt OPDs and a region's policy on building applications."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.document import to_document
from engine.identifier import region_id
from engine.log.body_bounds import EARLIEST_YEAR, text_bound
from engine.model import EventKind, Region
from engine.verification.inventory import DevelopmentPolicy, Exemption
from resolvers import access
from resolvers.context import Context
from resolvers.opd import find_existing_opd
from resolvers.problems import InvalidInput, NotFound
from resolvers.region_change import (
    checked_address,
    checked_optional_text,
    checked_text,
    open_region_change,
)
from storage.log import LogTransaction


@dataclass(frozen=True, slots=True)
class ExemptOpd:
    """Input to exempt an OPD from the bus, with a reason; a reason of None ends the exemption."""

    opd: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class RecordDevelopmentPolicy:
    """Input to record a development policy; a `year` of None ends it.

    From `year` on, agencies must consult the ICT unit before they build an application.
    """

    region: str
    year: int | None
    title: str | None
    url: str | None


async def exempt_opd(context: Context, request: ExemptOpd, key: str | None) -> Exemption:
    """Record or end the exemption of an OPD."""
    opd = await context.loaders.opds.load(request.opd)
    if opd is None:
        raise NotFound("OPD", request.opd)

    async def apply_request(transaction: LogTransaction, region: Region) -> Exemption:
        access.allow_region_description(context.viewer, region)
        await find_existing_opd(transaction, "opdId", request.opd)
        reason = checked_optional_text("reason", request.reason, text_bound(Exemption, "reason"))
        exemption = Exemption(request.opd, reason)
        await transaction.append(
            actor=context.actor,
            kind=EventKind.OPD_EXEMPTED,
            subject=request.opd,
            body=to_document(exemption),
        )
        return exemption

    async with open_region_change(
        context, opd.region, key=key, request=request, result_type=Exemption
    ) as change:
        return change.earlier_result or change.store_result(
            await apply_request(change.transaction, change.region)
        )


async def record_policy(
    context: Context, request: RecordDevelopmentPolicy, key: str | None
) -> DevelopmentPolicy:
    """Record a development policy, which replaces the previous one."""

    async def apply_request(transaction: LogTransaction, region: Region) -> DevelopmentPolicy:
        access.allow_region_description(context.viewer, region)
        latest_year = transaction.at.year
        if request.year is None:
            policy = DevelopmentPolicy(region.code, None, "", "")
            return await _append_policy(context, transaction, policy)
        if not EARLIEST_YEAR <= request.year <= latest_year:
            raise InvalidInput(
                "year", f"a year from {EARLIEST_YEAR} to {latest_year}", str(request.year)
            )
        policy = DevelopmentPolicy(
            region=region.code,
            year=request.year,
            title=checked_text(
                "title",
                request.title or "",
                replace(text_bound(DevelopmentPolicy, "title"), least=1),
            ),
            url=checked_address("url", request.url or ""),
        )
        return await _append_policy(context, transaction, policy)

    async with open_region_change(
        context, request.region, key=key, request=request, result_type=DevelopmentPolicy
    ) as change:
        return change.earlier_result or change.store_result(
            await apply_request(change.transaction, change.region)
        )


async def _append_policy(
    context: Context, transaction: LogTransaction, policy: DevelopmentPolicy
) -> DevelopmentPolicy:
    await transaction.append(
        actor=context.actor,
        kind=EventKind.DEVELOPMENT_POLICY_RECORDED,
        subject=region_id(policy.region),
        body=to_document(policy),
    )
    return policy
