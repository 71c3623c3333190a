"""Records, documents, confirms and withdraws integrations between applications."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from engine.document import to_document
from engine.log.actor import parse_actor
from engine.log.body_bounds import EVIDENCE_MOST, text_bound
from engine.model import (
    Application,
    ApplicationStatus,
    EventKind,
    Evidence,
    EvidenceGrade,
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
from engine.plain_text import name_key
from resolvers import access
from resolvers.application import NOT_RETIRED, find_application
from resolvers.context import Context
from resolvers.evidence import checked_evidence
from resolvers.problems import (
    AlreadyExists,
    Forbidden,
    InvalidInput,
    NotFound,
    SubjectState,
    VersionConflict,
    WrongState,
)
from resolvers.region_change import checked_text, entered_by, new_id, open_region_change
from storage import application as stored_application
from storage import integration as stored
from storage import log_entries
from storage.log import LogTransaction

# A list of applications may state an exchange without its data object; a person may not.
DATA_OBJECT = replace(text_bound(Integration, "data_object"), least=1)


@dataclass(frozen=True, slots=True)
class ConnectApplications:
    """Input to record a data exchange. A target outside every inventory has only a name."""

    source_id: str
    target_id: str | None
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
    """Input to withdraw an integration whose exchange does not exist or has ended."""

    id: str
    version: int


async def connect_applications(
    context: Context, request: ConnectApplications, key: str | None
) -> Integration:
    """Record an integration from one application to another.

    Raises:
        NotFound: there is no such source or target.
        InvalidInput: a field has a value that is not allowed.
        WrongState: the source or the target is retired.
        AlreadyExists: the same data object is already exchanged between the two.
    """
    end_ids = [id for id in (request.source_id, request.target_id) if id is not None]
    await context.loaders.applications.load_many(end_ids)  # both with one statement
    region_code, *_ = [(await find_application(context, id)).region for id in end_ids]
    if request.source_id == request.target_id:
        raise InvalidInput("targetId", "another application than the source", request.source_id)

    async def apply_request(transaction: LogTransaction, region: Region) -> Integration:
        ends = await stored_application.applications_by_id(transaction.session, end_ids)
        source, target = ends[request.source_id], ends.get(request.target_id or "")
        access.allow_application_edit(context.acting_viewer, region, source.opd)
        evidence = _check_exchange_evidence(context.viewer, transaction.at.date(), request.evidence)
        integration = Integration(
            id=new_id(region.code, "integration"),
            region=region.code,
            source=source.id,
            target=None if target is None else target.id,
            target_name=_target_name(request, target),
            data_object=checked_text("dataObject", request.data_object, DATA_OBJECT),
            mode=request.mode,
            direction=request.direction,
            status=_checked_status(request.status),
            evidence_grade=max(map(_evidence_grade, evidence), default=EvidenceGrade.CLAIMED),
            evidence=evidence,
            verified_on=_newest_date(evidence),
            version=1,
            provenance=entered_by(context.acting_viewer),
        )
        for end in ends.values():
            if end.status is ApplicationStatus.RETIRED:
                raise WrongState(end.id, SubjectState.RETIRED, NOT_RETIRED)
        if target is not None:
            for existing in await stored.list_integrations_between(
                transaction.session, source.id, target.id
            ):
                if name_key(existing.data_object) == name_key(integration.data_object):
                    raise AlreadyExists("integration of this data object", existing.id)
        return await _append_integration(
            context, transaction, integration, EventKind.INTEGRATION_CONNECTED
        )

    async with open_region_change(
        context,
        region_code,
        key=key,
        request=request,
        result_type=Integration,
        counted_field="sourceId",
    ) as change:
        return change.earlier_result or change.store_result(
            await apply_request(change.transaction, change.region)
        )


async def add_evidence(
    context: Context, request: DocumentIntegration, key: str | None
) -> Integration:
    """Add evidence, as the source of an integration; the newest EVIDENCE_MOST links remain."""
    integration = await find_integration(context, request.id)

    async def apply_request(transaction: LogTransaction, region: Region) -> Integration:
        [source] = await _load_ends(transaction, [integration.source])
        access.allow_application_edit(context.acting_viewer, region, source.opd)
        current = await _load_current_integration(transaction, request.id, request.version)
        if not request.evidence:
            raise InvalidInput("evidence", "one link at least", "none")
        added_evidence = _check_exchange_evidence(
            context.viewer, transaction.at.date(), request.evidence
        )
        dates = [
            day for day in (current.verified_on, _newest_date(added_evidence)) if day is not None
        ]
        documented = replace(
            current,
            version=current.version + 1,
            evidence=_sort_newest_first(dict.fromkeys((*added_evidence, *current.evidence)))[
                :EVIDENCE_MOST
            ],
            evidence_grade=max(current.evidence_grade, *map(_evidence_grade, added_evidence)),
            verified_on=max(dates, default=None),
        )
        return await _append_integration(
            context, transaction, documented, EventKind.INTEGRATION_DOCUMENTED
        )

    async with open_region_change(
        context, integration.region, key=key, request=request, result_type=Integration
    ) as change:
        return change.earlier_result or change.store_result(
            await apply_request(change.transaction, change.region)
        )


async def confirm_integration(
    context: Context, request: ConfirmIntegration, key: str | None
) -> Integration:
    """Confirm an integration as the OPD or region of its target.

    Raises:
        Forbidden: the viewer recorded the integration, or does not answer for the target.
    """
    integration = await find_integration(context, request.id)
    if integration.target is None:
        raise InvalidInput("id", "an integration whose target is in an inventory", request.id)
    target = await find_application(context, integration.target)
    counterpart = await context.loaders.regions.load(target.region)
    assert counterpart is not None  # an application's region is a foreign key

    async def apply_request(transaction: LogTransaction, region: Region) -> Integration:
        [current_target] = await _load_ends(transaction, [target.id])
        access.allow_integration_confirmation(context.acting_viewer, counterpart, current_target)
        current = await _load_current_integration(transaction, request.id, request.version)
        recorded_by = await log_entries.find_entry_actor(
            transaction.session, region.code, request.id, EventKind.INTEGRATION_CONNECTED
        )
        if recorded_by is not None and parse_actor(recorded_by).id == context.viewer.subject:
            raise Forbidden(context.viewer.role, "confirm an integration that it recorded itself")
        confirmed = replace(
            current,
            version=current.version + 1,
            status=IntegrationStatus.ACTIVE,
            evidence_grade=max(current.evidence_grade, EvidenceGrade.CONFIRMED),
            verified_on=transaction.at.date(),
            confirmed_on=transaction.at.date(),
        )
        return await _append_integration(
            context, transaction, confirmed, EventKind.INTEGRATION_CONFIRMED
        )

    async with open_region_change(
        context, integration.region, key=key, request=request, result_type=Integration
    ) as change:
        return change.earlier_result or change.store_result(
            await apply_request(change.transaction, change.region)
        )


async def withdraw_integration(
    context: Context, request: WithdrawIntegration, key: str | None
) -> Integration:
    """Withdraw an integration, as its source's or its target's side."""
    integration = await find_integration(context, request.id)
    end_ids = [id for id in (integration.source, integration.target) if id is not None]
    region_codes = [(await find_application(context, id)).region for id in end_ids]
    regions = [await context.loaders.regions.load(code) for code in region_codes]

    async def apply_request(transaction: LogTransaction, region: Region) -> Integration:
        ends = await _load_ends(transaction, end_ids)
        if not any(
            end_region is not None and _may_edit(context.acting_viewer, end_region, end)
            for end_region, end in zip(regions, ends, strict=True)
        ):
            raise Forbidden(context.viewer.role, "withdraw this integration")
        current = await _load_current_integration(transaction, request.id, request.version)
        withdrawn = replace(
            current, version=current.version + 1, status=IntegrationStatus.WITHDRAWN
        )
        return await _append_integration(
            context, transaction, withdrawn, EventKind.INTEGRATION_WITHDRAWN
        )

    async with open_region_change(
        context, integration.region, key=key, request=request, result_type=Integration
    ) as change:
        return change.earlier_result or change.store_result(
            await apply_request(change.transaction, change.region)
        )


async def find_integration(context: Context, id: str) -> Integration:
    """Return the integration with this id, or raise NotFound."""
    integration = await context.loaders.integrations.load(id)
    if integration is None:
        raise NotFound("integration", id)
    return integration


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


def _check_exchange_evidence(
    viewer: Viewer, today: date, evidence: tuple[Evidence, ...]
) -> tuple[Evidence, ...]:
    """Return the checked evidence; only the region, which runs the bus, submits machine logs."""
    for index, item in enumerate(evidence):
        if item.kind is EvidenceKind.MACHINE_LOG and viewer.role is Role.OPD:
            raise Forbidden(
                viewer.role, "submit a machine log: only the region may, since it runs the bus"
            )
        if item.kind is EvidenceKind.MACHINE_LOG and item.dated is None:
            raise InvalidInput(f"evidence.{index}.date", "the last day of a machine log", "null")
    return checked_evidence(evidence, today)


def _sort_newest_first(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Sort evidence newest first, since the newest counts; the log still holds the rest."""
    return tuple(sorted(evidence, key=lambda item: item.dated or date.min, reverse=True))


def _evidence_grade(evidence: Evidence) -> EvidenceGrade:
    is_log = evidence.kind is EvidenceKind.MACHINE_LOG
    return EvidenceGrade.LOGGED if is_log else EvidenceGrade.DOCUMENTED


def _newest_date(evidence: tuple[Evidence, ...]) -> date | None:
    """Return the latest date of the evidence; None if no document is dated."""
    return max((item.dated for item in evidence if item.dated is not None), default=None)


async def _load_ends(transaction: LogTransaction, ids: list[str]) -> list[Application]:
    """Return the applications at the ends of an integration, with their current OPDs."""
    ends = await stored_application.applications_by_id(transaction.session, ids)
    return [ends[id] for id in ids]


async def _load_current_integration(
    transaction: LogTransaction, id: str, version: int
) -> Integration:
    integration = (await stored.integrations_by_id(transaction.session, [id]))[id]
    if integration.version != version:
        raise VersionConflict(id, version, integration.version)
    if integration.status is IntegrationStatus.WITHDRAWN:
        raise WrongState(id, SubjectState.WITHDRAWN, [SubjectState.PLANNED, SubjectState.ACTIVE])
    return integration


async def _append_integration(
    context: Context, transaction: LogTransaction, integration: Integration, kind: EventKind
) -> Integration:
    await transaction.append(
        actor=context.actor,
        kind=kind,
        subject=integration.id,
        body=to_document(integration),
    )
    return integration


def _target_name(request: ConnectApplications, target: Application | None) -> str:
    if target is not None:
        return target.name
    return checked_text("targetName", request.target_name, text_bound(Integration, "target_name"))


def _checked_status(status: IntegrationStatus) -> IntegrationStatus:
    if status is IntegrationStatus.WITHDRAWN:
        raise InvalidInput("status", "PLANNED or ACTIVE", status.value)
    return status


def _may_edit(viewer: Viewer, region: Region, application: Application) -> bool:
    try:
        access.allow_application_edit(viewer, region, application.opd)
    except Forbidden:
        return False
    return True
