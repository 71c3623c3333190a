"""Registers, changes and retires applications, and reads the inventory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from engine.document import to_document
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
from resolvers.change import checked_text, entered_by, new_id, open_region_change, web_address
from resolvers.context import Context
from resolvers.problems import AlreadyExists, InvalidInput, NotFound, VersionConflict, WrongState
from storage import application as stored
from storage import opd as stored_opd
from storage.log import LogTransaction

EARLIEST_YEAR = 1980
NAME_LENGTH = 200
TEXT_LENGTH = 2000
COUNTS = ("users", "yearly_cost", "migration_cost", "added_cost")
COUNT_MOST = 2**53 - 1  # the largest integer that every JSON reader represents exactly
FITS = range(1, 6)
CLEARABLE = frozenset({"url", "year", "common_application", "consulted", "fit", *COUNTS})
CHANGEABLE = CLEARABLE | {"opd", "name", "status", "function", "platform", "capabilities"}
Changed = ApplicationStatus | tuple[Capability, ...] | str | int | None


@dataclass(frozen=True, slots=True)
class RegisterApplication:
    """Input to register an application. `opd` is the id of the OPD that owns it."""

    region: str
    opd: str
    name: str
    status: ApplicationStatus = ApplicationStatus.ACTIVE
    function: str = ""
    url: str | None = None
    platform: str = ""
    year: int | None = None
    common_application: str | None = None
    capabilities: tuple[Capability, ...] = ()
    consulted: bool | None = None
    users: int | None = None
    fit: int | None = None
    yearly_cost: int | None = None
    migration_cost: int | None = None
    added_cost: int | None = None


@dataclass(frozen=True, slots=True)
class UpdateApplication:
    """Input to change an application.

    `changes` holds new values by field name, which is in CHANGEABLE; None clears a CLEARABLE field.
    """

    id: str
    version: int
    changes: Mapping[str, Changed]


@dataclass(frozen=True, slots=True)
class RetireApplication:
    """Input to take an application out of use; it stays in the inventory's history."""

    id: str
    version: int
    reason: str


async def register_application(
    context: Context, asked: RegisterApplication, key: str | None
) -> Application:
    """Add an application to a region's inventory."""

    async def work(transaction: LogTransaction, region: Region) -> Application:
        access.allow_application_edit(context.viewer, region, asked.opd)
        given = {each.name: getattr(asked, each.name) for each in fields(asked)}
        application = Application(
            id=new_id("application"), version=1, provenance=entered_by(context.viewer), **given
        )
        return await append_application(
            context, transaction, application, EventKind.APPLICATION_REGISTERED
        )

    async with open_region_change(
        context, asked.region, key=key, request=asked, answer=Application
    ) as change:
        return change.answered or change.remember(await work(change.transaction, change.region))


async def update_application(
    context: Context, asked: UpdateApplication, key: str | None
) -> Application:
    """Change fields of an application.

    Raises:
        NotFound, VersionConflict, WrongState: the application is not as the client last read it.
        InvalidInput, AlreadyExists: as for `append_application`.
    """

    async def work(transaction: LogTransaction, region: Region) -> Application:
        known = await _current(context, transaction, region, asked.id, asked.version)
        for field in sorted(CHANGEABLE - CLEARABLE):
            if field in asked.changes and asked.changes[field] is None:
                raise InvalidInput(field, "a value, or to be left out", "null")
        changes: dict[str, Any] = {field: asked.changes[field] for field in asked.changes}
        application = replace(known, version=known.version + 1, **changes)
        if application.status is ApplicationStatus.RETIRED:
            raise InvalidInput("status", "a status other than RETIRED: retire it", "RETIRED")
        access.allow_application_edit(context.viewer, region, application.opd)
        return await append_application(
            context, transaction, application, EventKind.APPLICATION_UPDATED
        )

    async with open_region_change(
        context,
        (await find_application(context, asked.id)).region,
        key=key,
        request=asked,
        answer=Application,
    ) as change:
        return change.answered or change.remember(await work(change.transaction, change.region))


async def retire_application(
    context: Context, asked: RetireApplication, key: str | None
) -> Application:
    """Take an application out of use, with a reason."""

    async def work(transaction: LogTransaction, region: Region) -> Application:
        known = await _current(context, transaction, region, asked.id, asked.version)
        application = replace(
            known,
            version=known.version + 1,
            status=ApplicationStatus.RETIRED,
            retired_reason=checked_text("reason", asked.reason, least=0, most=TEXT_LENGTH),
        )
        return await append_application(
            context, transaction, application, EventKind.APPLICATION_RETIRED
        )

    async with open_region_change(
        context,
        (await find_application(context, asked.id)).region,
        key=key,
        request=asked,
        answer=Application,
    ) as change:
        return change.answered or change.remember(await work(change.transaction, change.region))


async def find_application(context: Context, id: str) -> Application:
    """Return the application with this id, or raise NotFound."""
    found = await context.loaders.applications.load(id)
    if found is None:
        raise NotFound("application", id)
    return found


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
    return next((each for each in common_applications() if each.id == id), None)


async def _current(
    context: Context, transaction: LogTransaction, region: Region, id: str, version: int
) -> Application:
    known = (await stored.applications_by_id(transaction.session, [id]))[id]
    access.allow_application_edit(context.viewer, region, known.opd)
    if known.version != version:
        raise VersionConflict(id, version, known.version)
    if known.status is ApplicationStatus.RETIRED:
        raise WrongState(id, "RETIRED", ["any other status"])
    return known


async def append_application(
    context: Context, transaction: LogTransaction, application: Application, kind: EventKind
) -> Application:
    """Validate an application and append it to the region's log.

    Raises:
        InvalidInput: a field has a value that is not allowed.
        AlreadyExists: its OPD has another application of that name.
    """
    application = await _valid(context, transaction, application)
    await transaction.append(
        actor=context.viewer.subject,
        kind=kind,
        subject=application.id,
        body=to_document(application),
    )
    return application


async def _valid(
    context: Context, transaction: LogTransaction, application: Application
) -> Application:
    latest = transaction.at.year + 5
    if application.year is not None and not EARLIEST_YEAR <= application.year <= latest:
        raise InvalidInput(
            "year", f"a year from {EARLIEST_YEAR} to {latest}", str(application.year)
        )
    if application.fit is not None and application.fit not in FITS:
        raise InvalidInput("fit", f"{FITS[0]} to {FITS[-1]}", str(application.fit))
    for field in COUNTS:
        count = getattr(application, field)
        if count is not None and not 0 <= count <= COUNT_MOST:
            raise InvalidInput(field, f"a whole number from 0 to {COUNT_MOST}", str(count))
    if application.opd is not None:
        owner = (await stored_opd.opds_by_id(transaction.session, [application.opd])).get(
            application.opd
        )
        if owner is None or owner.region != application.region:
            raise InvalidInput("opd", f"an OPD of region {application.region}", application.opd)
    common = application.common_application
    if common is not None and find_common_application(common) is None:
        raise InvalidInput("commonApplication", "the id of a common application", common)
    application = replace(
        application,
        name=checked_text("name", application.name, least=1, most=NAME_LENGTH),
        function=checked_text("function", application.function, least=0, most=TEXT_LENGTH),
        platform=checked_text("platform", application.platform, least=0, most=NAME_LENGTH),
        url=None if not application.url else web_address("url", application.url),
        capabilities=tuple(each for each in Capability if each in application.capabilities),
    )
    if application.status is not ApplicationStatus.RETIRED:
        namesake = await stored.find_namesake_id(transaction.session, application)
        if namesake is not None:
            raise AlreadyExists("application of that name in this OPD", namesake)
    return application
