"""Records, documents, confirms and withdraws integrations between applications."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from engine.document import to_document
from engine.graph.graph import CLAIMED, CONFIRMED, DOCUMENTED, LOGGED
from engine.model import (
    Application,
    ApplicationStatus,
    EventKind,
    Evidence,
    EvidenceKind,
    Integration,
    IntegrationDirection,
    IntegrationMode,
    IntegrationStatus,
    Region,
    Role,
    Viewer,
)
from engine.page import Page
from resolvers import access
from resolvers.application import find_application
from resolvers.change import checked_text, entered_by, new_id, open_region_change
from resolvers.context import Context
from resolvers.evidence import EVIDENCE_MOST, TITLE_LENGTH, checked_evidence
from resolvers.problems import (
    AlreadyExists,
    Forbidden,
    InvalidInput,
    NotFound,
    VersionConflict,
    WrongState,
)
from storage import application as stored_application
from storage import integration as stored
from storage import log
from storage.log import LogTransaction


@dataclass(frozen=True, slots=True)
class ConnectApplications:
    """Input to record a data exchange. A target outside every inventory has only a name."""

    source: str
    target: str | None
    target_name: str
    data_object: str
    mode: IntegrationMode
    direction: IntegrationDirection = IntegrationDirection.ONE_WAY
    status: IntegrationStatus = IntegrationStatus.ACTIVE
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentIntegration:
    """Input to add evidence to an integration."""

    id: str
    version: int
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class ConfirmIntegration:
    """Input to confirm, as the counterpart, that the exchange works."""

    id: str
    version: int


@dataclass(frozen=True, slots=True)
class WithdrawIntegration:
    """Input to withdraw an integration whose exchange does not exist, or no longer."""

    id: str
    version: int


async def connect_applications(
    context: Context, asked: ConnectApplications, key: str | None
) -> Integration:
    """Record an integration from one application to another.

    Raises:
        NotFound: there is no such source or target.
        InvalidInput: a field has a value that is not allowed.
        WrongState: the source or the target is retired.
        AlreadyExists: the same data object is already exchanged between the two.
    """
    home = (await find_application(context, asked.source)).region
    if asked.target is not None:
        await find_application(context, asked.target)
    if asked.source == asked.target:
        raise InvalidInput("target", "another application than the source", asked.source)

    async def work(transaction: LogTransaction, region: Region) -> Integration:
        named = [id for id in (asked.source, asked.target) if id is not None]
        ends = await stored_application.applications_by_id(transaction.session, named)
        source, target = ends[asked.source], ends.get(asked.target or "")
        access.allow_application_edit(context.viewer, region, source.opd)
        shown = _of_exchange(context.viewer, transaction.at.date(), asked.evidence)
        integration = Integration(
            id=new_id("integration"),
            region=region.code,
            source=source.id,
            target=None if target is None else target.id,
            target_name=_target_name(asked, target),
            data_object=checked_text("dataObject", asked.data_object, least=1, most=TITLE_LENGTH),
            mode=asked.mode,
            direction=asked.direction,
            status=_drawable(asked.status),
            evidence_grade=max(map(_grade, shown), default=CLAIMED),
            evidence=shown,
            verified_on=_newest(shown),
            version=1,
            provenance=entered_by(context.viewer),
        )
        for end in ends.values():
            if end.status is ApplicationStatus.RETIRED:
                raise WrongState(end.id, "RETIRED", ["an application in use"])
        if target is not None:
            for known in await stored.list_integrations_between(
                transaction.session, source.id, target.id
            ):
                if known.data_object.casefold() == integration.data_object.casefold():
                    raise AlreadyExists("integration of this data object", known.id)
        return await _write(context, transaction, integration, EventKind.INTEGRATION_CONNECTED)

    async with open_region_change(
        context, home, key=key, request=asked, answer=Integration
    ) as change:
        return change.answered or change.remember(await work(change.transaction, change.region))


async def add_evidence(
    context: Context, asked: DocumentIntegration, key: str | None
) -> Integration:
    """Add evidence to an integration, as the source's side; the newest EVIDENCE_MOST links stay."""
    seen = await find_integration(context, asked.id)
    source = await find_application(context, seen.source)

    async def work(transaction: LogTransaction, region: Region) -> Integration:
        access.allow_application_edit(context.viewer, region, source.opd)
        known = await _current(transaction, asked.id, asked.version)
        if not asked.evidence:
            raise InvalidInput("evidence", "one link at least", "none")
        added = _of_exchange(context.viewer, transaction.at.date(), asked.evidence)
        dates = [each for each in (known.verified_on, _newest(added)) if each is not None]
        documented = replace(
            known,
            version=known.version + 1,
            evidence=_newest_first(dict.fromkeys((*added, *known.evidence)))[:EVIDENCE_MOST],
            evidence_grade=max(known.evidence_grade, *map(_grade, added)),
            verified_on=max(dates, default=None),
        )
        return await _write(context, transaction, documented, EventKind.INTEGRATION_DOCUMENTED)

    async with open_region_change(
        context, seen.region, key=key, request=asked, answer=Integration
    ) as change:
        return change.answered or change.remember(await work(change.transaction, change.region))


async def confirm_integration(
    context: Context, asked: ConfirmIntegration, key: str | None
) -> Integration:
    """Confirm an integration as the OPD or region of its target.

    Raises:
        Forbidden: the viewer recorded the integration, or does not answer for the target.
    """
    seen = await find_integration(context, asked.id)
    if seen.target is None:
        raise InvalidInput("id", "an integration whose target is in an inventory", asked.id)
    target = await find_application(context, seen.target)
    counterpart = await context.loaders.regions.load(target.region)
    assert counterpart is not None  # an application's region is a foreign key
    access.allow_integration_confirmation(context.viewer, counterpart, target)

    async def work(transaction: LogTransaction, region: Region) -> Integration:
        known = await _current(transaction, asked.id, asked.version)
        drawn_by = await log.find_entry_actor(
            transaction.session, region.code, asked.id, EventKind.INTEGRATION_CONNECTED
        )
        if drawn_by == context.viewer.subject:
            raise Forbidden(context.viewer.role, "confirm an integration that it drew itself")
        confirmed = replace(
            known,
            version=known.version + 1,
            status=IntegrationStatus.ACTIVE,
            evidence_grade=max(known.evidence_grade, CONFIRMED),
            verified_on=transaction.at.date(),
            confirmed_on=transaction.at.date(),
        )
        return await _write(context, transaction, confirmed, EventKind.INTEGRATION_CONFIRMED)

    async with open_region_change(
        context, seen.region, key=key, request=asked, answer=Integration
    ) as change:
        return change.answered or change.remember(await work(change.transaction, change.region))


async def withdraw_integration(
    context: Context, asked: WithdrawIntegration, key: str | None
) -> Integration:
    """Withdraw an integration, as its source's or its target's side."""
    seen = await find_integration(context, asked.id)
    ends = [await find_application(context, seen.source)]
    if seen.target is not None:
        ends.append(await find_application(context, seen.target))
    regions = [await context.loaders.regions.load(end.region) for end in ends]
    if not any(
        region is not None and _may_edit(context.viewer, region, end)
        for region, end in zip(regions, ends, strict=True)
    ):
        raise Forbidden(context.viewer.role, "withdraw this integration")

    async def work(transaction: LogTransaction, region: Region) -> Integration:
        known = await _current(transaction, asked.id, asked.version)
        withdrawn = replace(known, version=known.version + 1, status=IntegrationStatus.WITHDRAWN)
        return await _write(context, transaction, withdrawn, EventKind.INTEGRATION_WITHDRAWN)

    async with open_region_change(
        context, seen.region, key=key, request=asked, answer=Integration
    ) as change:
        return change.answered or change.remember(await work(change.transaction, change.region))


async def find_integration(context: Context, id: str) -> Integration:
    """Return the integration with this id, or raise NotFound."""
    async with context.read() as session:
        found = (await stored.integrations_by_id(session, [id])).get(id)
    if found is None:
        raise NotFound("integration", id)
    return found


async def page_of_integrations(
    context: Context,
    *,
    region: str | None = None,
    application: str | None = None,
    first: int,
    after: tuple[str, ...] | None,
) -> Page[Integration]:
    """Return one page of the integrations of a region or of an application."""
    async with context.read() as session:
        return await stored.paginate_integrations(
            session, region=region, application=application, first=first, after=after
        )


def _of_exchange(
    viewer: Viewer, today: date, evidence: tuple[Evidence, ...]
) -> tuple[Evidence, ...]:
    """Return the checked evidence; only the region, which runs the bus, submits machine logs."""
    for each in evidence:
        if each.kind is EvidenceKind.MACHINE_LOG and viewer.role is Role.OPD:
            raise Forbidden(
                viewer.role, "hand in a machine's log: the region does, it runs the bus"
            )
        if each.kind is EvidenceKind.MACHINE_LOG and each.dated is None:
            raise InvalidInput("evidence.dated", "the last day of a machine's log", "null")
    return checked_evidence(evidence, today)


def _newest_first(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Sort evidence newest first, since the newest counts; the log keeps what is cut off."""
    return tuple(sorted(evidence, key=lambda each: each.dated or date.min, reverse=True))


def _grade(evidence: Evidence) -> int:
    return LOGGED if evidence.kind is EvidenceKind.MACHINE_LOG else DOCUMENTED


def _newest(evidence: tuple[Evidence, ...]) -> date | None:
    """Return the latest date of the evidence; None if no document is dated."""
    return max((each.dated for each in evidence if each.dated is not None), default=None)


async def _current(transaction: LogTransaction, id: str, version: int) -> Integration:
    known = (await stored.integrations_by_id(transaction.session, [id]))[id]
    if known.version != version:
        raise VersionConflict(id, version, known.version)
    if known.status is IntegrationStatus.WITHDRAWN:
        raise WrongState(id, "WITHDRAWN", ["PLANNED", "ACTIVE"])
    return known


async def _write(
    context: Context, transaction: LogTransaction, integration: Integration, kind: EventKind
) -> Integration:
    await transaction.append(
        actor=context.viewer.subject,
        kind=kind,
        subject=integration.id,
        body=to_document(integration),
    )
    return integration


def _target_name(asked: ConnectApplications, target: Application | None) -> str:
    if target is not None:
        return target.name
    return checked_text("targetName", asked.target_name, least=1, most=TITLE_LENGTH)


def _drawable(status: IntegrationStatus) -> IntegrationStatus:
    if status is IntegrationStatus.WITHDRAWN:
        raise InvalidInput("status", "PLANNED or ACTIVE", status.value)
    return status


def _may_edit(viewer: Viewer, region: Region, application: Application) -> bool:
    try:
        access.allow_application_edit(viewer, region, application.opd)
    except Forbidden:
        return False
    return True
