"""Registers, changes and retires applications, and reads the inventory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from engine.document import to_document
from engine.log.body_bounds import text_bound
from engine.model import (
    Application,
    ApplicationStatus,
    Capability,
    CommonApplication,
    EventKind,
    Region,
)
from engine.page import Page
from facts.tables import common_applications
from resolvers import access
from resolvers.application_values import (
    COUNT_FIELDS,
    INPUT_FIELDS,
    OPTIONAL_TEXTS,
    check_application_values,
)
from resolvers.context import Context
from resolvers.opd import require_existing_opd
from resolvers.problems import (
    AlreadyExists,
    InvalidInput,
    NotFound,
    SubjectState,
    VersionConflict,
    WrongState,
)
from resolvers.region_change import (
    checked_optional_text,
    entered_by,
    new_id,
    open_region_change,
)
from storage import application as stored
from storage.application_basis import ApplicationBasis, read_application_basis
from storage.log import LogTransaction

NOT_RETIRED = tuple(
    SubjectState(status.value)
    for status in ApplicationStatus
    if status is not ApplicationStatus.RETIRED
)
CLEARABLE = frozenset(
    {
        *("url", "year", "common_application", "consulted", "fit", "public_service"),
        *OPTIONAL_TEXTS,
        *COUNT_FIELDS,
    }
)
CHANGEABLE = CLEARABLE | {"opd", "name", "status", "capabilities"}
FieldValue = ApplicationStatus | tuple[Capability, ...] | str | int | None


@dataclass(frozen=True, slots=True)
class RegisterApplication:
    """Input to register an application. `opd` is the id of the OPD that owns it."""

    region: str
    opd: str
    name: str
    status: ApplicationStatus = ApplicationStatus.ACTIVE
    function: str | None = None
    url: str | None = None
    platform: str | None = None
    year: int | None = None
    common_application: str | None = None
    capabilities: tuple[Capability, ...] = ()
    consulted: bool | None = None
    users: int | None = None
    fit: int | None = None
    yearly_cost: int | None = None
    migration_cost: int | None = None
    added_cost: int | None = None
    developer: str | None = None
    hosting: str | None = None
    database: str | None = None
    legal_basis: str | None = None
    public_service: bool | None = None


@dataclass(frozen=True, slots=True)
class UpdateApplication:
    """Input to change an application.

    `changes` holds new values by field name, which is in CHANGEABLE; None clears a CLEARABLE field.
    """

    id: str
    version: int
    changes: Mapping[str, FieldValue]


@dataclass(frozen=True, slots=True)
class RetireApplication:
    """Input to take an application out of use; it stays in the inventory's history."""

    id: str
    version: int
    reason: str | None


async def register_application(
    context: Context, request: RegisterApplication, key: str | None
) -> Application:
    """Add an application to a region's inventory."""

    async def apply_request(transaction: LogTransaction, region: Region) -> Application:
        access.allow_application_edit(context.acting_viewer, region, request.opd)
        if request.status is ApplicationStatus.RETIRED:
            raise InvalidInput("status", "a status other than RETIRED", "RETIRED")
        values = {field.name: getattr(request, field.name) for field in fields(request)}
        values |= _checked_texts(values)
        application = Application(
            id=new_id(region.code, "application"),
            version=1,
            provenance=entered_by(context.acting_viewer),
            **values,
        )
        basis = await read_application_basis(
            transaction, application.id, opd_id=application.opd, name=application.name
        )
        return await _append_application(
            context, transaction, region, application, basis, EventKind.APPLICATION_REGISTERED
        )

    async with open_region_change(
        context, request.region, key=key, request=request, result_type=Application
    ) as change:
        return change.earlier_result or change.store_result(
            await apply_request(change.transaction, change.region)
        )


async def update_application(
    context: Context, request: UpdateApplication, key: str | None
) -> Application:
    """Change fields of an application.

    Raises:
        NotFound, VersionConflict, WrongState: the application is not as the client last read it.
        InvalidInput: a field has a value that is not allowed.
        AlreadyExists: its OPD has another application of that name.
    """

    async def apply_request(transaction: LogTransaction, region: Region) -> Application:
        changes: dict[str, Any] = {**request.changes}
        basis = await read_application_basis(
            transaction, request.id, opd_id=changes.get("opd"), name=changes.get("name")
        )
        current = _require_current(context, basis, region, request.id, request.version)
        for field in sorted(CHANGEABLE - CLEARABLE):
            if field in request.changes and request.changes[field] is None:
                raise InvalidInput(
                    INPUT_FIELDS.get(field, field), "a value, or to be left out", "null"
                )
        changes |= _checked_texts(changes)
        application = replace(current, version=current.version + 1, **changes)
        if application.status is ApplicationStatus.RETIRED:
            raise InvalidInput("status", "a status other than RETIRED: retire it", "RETIRED")
        access.allow_application_edit(context.acting_viewer, region, application.opd)
        return await _append_application(
            context, transaction, region, application, basis, EventKind.APPLICATION_UPDATED
        )

    async with open_region_change(
        context,
        (await find_application(context, request.id)).region,
        key=key,
        request=request,
        result_type=Application,
    ) as change:
        return change.earlier_result or change.store_result(
            await apply_request(change.transaction, change.region)
        )


async def retire_application(
    context: Context, request: RetireApplication, key: str | None
) -> Application:
    """Take an application out of use, with a reason."""

    async def apply_request(transaction: LogTransaction, region: Region) -> Application:
        basis = await read_application_basis(transaction, request.id, opd_id=None, name=None)
        current = _require_current(context, basis, region, request.id, request.version)
        application = replace(
            current,
            version=current.version + 1,
            status=ApplicationStatus.RETIRED,
            retired_reason=checked_optional_text(
                "reason", request.reason, text_bound(Application, "retired_reason")
            ),
        )
        return await _append_application(
            context, transaction, region, application, basis, EventKind.APPLICATION_RETIRED
        )

    async with open_region_change(
        context,
        (await find_application(context, request.id)).region,
        key=key,
        request=request,
        result_type=Application,
    ) as change:
        return change.earlier_result or change.store_result(
            await apply_request(change.transaction, change.region)
        )


async def find_application(context: Context, id: str) -> Application:
    """Return the application with this id, or raise NotFound."""
    application = await context.loaders.applications.load(id)
    if application is None:
        raise NotFound("application", id)
    return application


async def page_of_applications(
    context: Context,
    *,
    region: str | None,
    opd: str | None,
    statuses: Sequence[ApplicationStatus],
    common_application: str | None,
    search: str,
    first: int,
    after: tuple[str, ...] | None,
) -> Page[Application]:
    """Return one page of the applications that match the filters, in order of name."""
    async with context.read() as session:
        return await stored.paginate_applications(
            session,
            region=region,
            opd=opd,
            statuses=statuses,
            common_application=common_application,
            search=search,
            first=first,
            after=after,
        )


def list_common_applications() -> tuple[CommonApplication, ...]:
    """Return the national shared applications and infrastructure."""
    return common_applications()


def find_common_application(id: str | None) -> CommonApplication | None:
    """Return the common application with this id, if there is one."""
    return next(
        (application for application in common_applications() if application.id == id), None
    )


def _require_current(
    context: Context, basis: ApplicationBasis, region: Region, id: str, version: int
) -> Application:
    application = basis.current
    assert application is not None  # it was found before, and no row is deleted
    access.allow_application_edit(context.acting_viewer, region, application.opd)
    if application.version != version:
        raise VersionConflict(id, version, application.version)
    if application.status is ApplicationStatus.RETIRED:
        raise WrongState(id, SubjectState.RETIRED, NOT_RETIRED)
    return application


async def _append_application(
    context: Context,
    transaction: LogTransaction,
    region: Region,
    application: Application,
    basis: ApplicationBasis,
    kind: EventKind,
) -> Application:
    """Validate an application and append it to the region's log.

    Raises:
        InvalidInput: a field has a value that is not allowed.
        AlreadyExists: its OPD has another application of that name.
    """
    application = _validate_application(transaction, application, basis)
    await transaction.append(
        actor=context.actor,
        kind=kind,
        subject=application.id,
        body=to_document(application),
        batch=basis.projection_batch(),
    )

    def prime_loaders() -> None:
        """Spare the fields of the result a read of what this transaction has read."""
        context.loaders.opds.prime_many(basis.opds)
        context.loaders.regions.prime(region.code, region)

    transaction.after_commit.append(prime_loaders)
    return application


def _checked_texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the texts of an input that may be null as the log has them."""
    return {
        field: checked_optional_text(INPUT_FIELDS.get(field, field), values[field], bound)
        for field, bound in OPTIONAL_TEXTS.items()
        if field in values
    }


def _validate_application(
    transaction: LogTransaction, application: Application, basis: ApplicationBasis
) -> Application:
    application, problems = check_application_values(application, transaction.at.year)
    if problems:
        raise problems[0].invalid
    if application.opd is not None:
        require_existing_opd(basis.opds, transaction.region, "opdId", application.opd)
    if application.status is not ApplicationStatus.RETIRED:
        namesake = basis.namesakes.get(application.opd)
        if namesake is not None:
            raise AlreadyExists("application of that name in this OPD", namesake)
    return application
