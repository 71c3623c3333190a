"""Seeds an instance with the shipped facts: adds what is missing, once.

Existing rows stay unchanged, even if they were edited. Only descriptions that cannot be edited here,
those of regions and OPDs, are updated from the tables.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from engine.document import to_document
from engine.model import OWN_ACTORS, Application, EventKind, Integration, Opd, Region
from facts import tables
from facts.instrument import instrument_by_id
from facts.tables import ResultRow
from resolvers.context import Instance
from resolvers.result import published_result
from storage import application, integration, log, opd, region
from storage import assessment as stored_assessment
from storage.log import LogTransaction

Value = TypeVar("Value")

ACTOR = f"{OWN_ACTORS}load"
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class SeedSummary:
    """The number of entries written, 0 if nothing was missing, and of regions."""

    entries: int
    regions: int


@dataclass(frozen=True, slots=True)
class _Facts:
    region: Region
    opds: list[Opd]
    applications: list[Application]
    integrations: list[Integration]
    results: list[ResultRow]


async def seed_regions(
    instance: Instance,
    *,
    national: bool = False,
    results: bool = True,
    regions: Collection[str] = (),
    progress: Progress = lambda done, total: None,
) -> SeedSummary:
    """Load West Java, or all regions and agencies if `national`, in one transaction per region.

    Regions that another instance owns are left unchanged.

    Args:
        regions: codes of the regions to load; empty loads all of them.
        results: False leaves the published results out, for a replay to play them.
        progress: called with the number of regions done and their total.
    """
    written = 0
    everything = _gathered(national=national, results=results)
    if regions:
        everything = [each for each in everything if each.region.code in regions]
    for done, facts in enumerate(everything, start=1):
        async with log.begin_log_transaction(
            instance.database, facts.region.code, instance.clock
        ) as transaction:
            before = transaction.sequence
            if transaction.owner is None:
                await _load_region(transaction, facts)
            written += transaction.sequence - before
        instance.bus.announce(transaction.arrival)
        progress(done, len(everything))
    return SeedSummary(written, len(everything))


async def seed_result(instance: Instance, facts: ResultRow, actor: str) -> None:
    """Write one published result unless it exists."""
    async with log.begin_log_transaction(
        instance.database, facts.region, instance.clock
    ) as transaction:
        await _record(transaction, facts, actor)
    instance.bus.announce(transaction.arrival)


def _gathered(*, national: bool, results: bool) -> list[_Facts]:
    published = _grouped(tables.result_rows(national) if results else (), lambda each: each.region)
    opds = _grouped(map(_with_opd_id, tables.west_java_opds()), lambda each: each.region)
    applications = _grouped(
        map(_with_application_id, tables.west_java_applications()), lambda each: each.region
    )
    integrations = _grouped(
        map(_with_integration_id, tables.west_java_integrations()), lambda each: each.region
    )
    return [
        _Facts(
            region=each,
            opds=opds.get(each.code, []),
            applications=applications.get(each.code, []),
            integrations=integrations.get(each.code, []),
            results=published.get(each.code, []),
        )
        for each in tables.region_catalogue(national)
    ]


async def _load_region(transaction: LogTransaction, facts: _Facts) -> None:
    session, code = transaction.session, facts.region.code
    if (await region.by_code(session, [code])).get(code) != facts.region:
        await _append(transaction, EventKind.REGION_RECORDED, f"region-{code}", facts.region)
    known_opds = await opd.opds_by_id(session, [each.id for each in facts.opds])
    for owner in facts.opds:
        if known_opds.get(owner.id) != owner:
            await _append(transaction, EventKind.OPD_RECORDED, owner.id, owner)
    known_applications = await application.applications_by_id(
        session, [each.id for each in facts.applications]
    )
    for each in facts.applications:
        if each.id not in known_applications:
            await _append(transaction, EventKind.APPLICATION_REGISTERED, each.id, each)
    known_integrations = await integration.integrations_by_id(
        session, [each.id for each in facts.integrations]
    )
    for edge in facts.integrations:
        if edge.id not in known_integrations:
            await _append(transaction, EventKind.INTEGRATION_CONNECTED, edge.id, edge)
    for published in facts.results:
        await _record(transaction, published, ACTOR)


async def _record(transaction: LogTransaction, facts: ResultRow, actor: str) -> None:
    known = await stored_assessment.find_assessment_row(
        transaction.session,
        region=facts.region,
        instrument=facts.instrument,
        year=facts.year,
        kind=facts.kind,
    )
    if known is None:
        assessment = published_result(
            facts.region,
            instrument_by_id(facts.instrument),
            facts.year,
            facts.kind,
            figures=facts.figures,
            version=1,
            provenance=facts.provenance,
        )
        await transaction.append(
            actor=actor,
            kind=EventKind.RESULT_RECORDED,
            subject=assessment.id,
            body=to_document(assessment),
        )


async def _append(
    transaction: LogTransaction, kind: EventKind, subject: str, value: object
) -> None:
    await transaction.append(actor=ACTOR, kind=kind, subject=subject, body=to_document(value))


def _grouped(values: Iterable[Value], of: Callable[[Value], str]) -> dict[str, list[Value]]:
    groups: dict[str, list[Value]] = {}
    for each in values:
        groups.setdefault(of(each), []).append(each)
    return groups


def _with_opd_id(each: Opd) -> Opd:
    return replace(each, id=_opd_id(each.id))


def _with_application_id(each: Application) -> Application:
    owner = None if each.opd is None else _opd_id(each.opd)
    return replace(each, id=_application_id(each.id), opd=owner)


def _with_integration_id(each: Integration) -> Integration:
    target = None if each.target is None else _application_id(each.target)
    return replace(
        each, id=f"integration-{each.id}", source=_application_id(each.source), target=target
    )


def _opd_id(key: str) -> str:
    return f"opd-{key}"


def _application_id(key: str) -> str:
    return f"application-{key}"
