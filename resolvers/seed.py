"""Seeds an instance with the shipped facts: adds the rows that are missing.

Existing rows stay unchanged, even if they were edited. Only the descriptions of regions and OPDs,
which cannot be edited here, are updated from the tables.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from engine.document import to_document
from engine.identifier import entity_id, region_id
from engine.log.assessment_log import assessment_log
from engine.model import (
    OWN_ACTOR_PREFIX,
    Application,
    EventKind,
    Integration,
    Opd,
    Region,
    RegionKind,
)
from facts import tables
from facts.instrument import instrument_by_id
from facts.tables import ResultRow
from resolvers.context import Instance
from resolvers.result import published_result
from storage import application, integration, log, opd, region
from storage import assessment as stored_assessment
from storage.log import LogTransaction

Value = TypeVar("Value")

SEED_ACTOR = f"{OWN_ACTOR_PREFIX}load"
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class SeedSummary:
    """The number of entries written, 0 if nothing was missing, and of regions in the nation."""

    entries: int
    regions: int


@dataclass(frozen=True, slots=True)
class _Facts:
    region: Region
    opds: list[Opd]
    applications: list[Application]
    integrations: list[Integration]


async def seed_regions(
    instance: Instance,
    *,
    national: bool = False,
    results: bool = True,
    regions: Collection[str] = (),
    progress: Progress = lambda done, total: None,
) -> SeedSummary:
    """Load West Java, or all regions and agencies if `national`, in one transaction per log.

    The nation is loaded too, for the results of provinces and central agencies. Regions that
    another instance owns are left unchanged, and results whose log is not here are left out.

    Args:
        regions: codes of the regions to load; empty loads all of them.
        results: False leaves the published results out, for a replay to play them.
        progress: called with the number of transactions done and their total.
    """
    all_facts = [
        facts
        for facts in _gather_facts(national=national)
        if not regions or facts.region.code in regions
    ]
    results_by_log = {
        log_code: rows
        for log_code, rows in _group_by(
            tables.result_rows(national) if results else (), _result_log
        ).items()
        if not regions or log_code in regions
    }
    # All regions come before the results of any, which would otherwise wait for their regions.
    steps: list[tuple[str, Callable[[LogTransaction], Awaitable[None]]]] = [
        *((facts.region.code, partial(_load_region, facts=facts)) for facts in all_facts),
        *((code, partial(_load_results, rows=rows)) for code, rows in results_by_log.items()),
    ]
    written = 0
    for done, (code, load) in enumerate(steps, start=1):
        async with log.begin_log_transaction(
            instance.database, code, instance.clock
        ) as transaction:
            first_sequence = transaction.sequence
            if transaction.owner is None:
                await load(transaction)
            written += transaction.sequence - first_sequence
        instance.bus.announce(transaction.arrival)
        progress(done, len(steps))
    is_in_nation = [facts.region.kind is not RegionKind.NATION for facts in all_facts]
    return SeedSummary(written, sum(is_in_nation))


async def seed_result(instance: Instance, facts: ResultRow, actor: str) -> None:
    """Write one published result unless it exists."""
    async with log.begin_log_transaction(
        instance.database, _result_log(facts), instance.clock
    ) as transaction:
        if transaction.owner is None:
            await _append_result(transaction, facts, actor)
    instance.bus.announce(transaction.arrival)


def _gather_facts(*, national: bool) -> list[_Facts]:
    opds = _group_by(map(_with_opd_id, tables.west_java_opds()), lambda row: row.region)
    applications = _group_by(
        map(_with_application_id, tables.west_java_applications()), lambda row: row.region
    )
    integrations = _group_by(
        map(_with_integration_id, tables.west_java_integrations()), lambda row: row.region
    )
    return [
        _Facts(
            region=region_row,
            opds=opds.get(region_row.code, []),
            applications=applications.get(region_row.code, []),
            integrations=integrations.get(region_row.code, []),
        )
        for region_row in (tables.nation(), *tables.region_catalogue(national))
    ]


async def _load_region(transaction: LogTransaction, facts: _Facts) -> None:
    session, code = transaction.session, facts.region.code
    if (await region.regions_by_code(session, [code])).get(code) != facts.region:
        await _append_entry(transaction, EventKind.REGION_RECORDED, region_id(code), facts.region)
    existing_opds = await opd.opds_by_id(session, [row.id for row in facts.opds])
    for opd_row in facts.opds:
        existing = existing_opds.get(opd_row.id)
        # A newer version is the change of a person, which a shipped row does not overwrite.
        if existing is None or (existing.version == 1 and existing != opd_row):
            await _append_entry(transaction, EventKind.OPD_RECORDED, opd_row.id, opd_row)
    existing_applications = await application.applications_by_id(
        session, [row.id for row in facts.applications]
    )
    for application_row in facts.applications:
        if application_row.id not in existing_applications:
            await _append_entry(
                transaction, EventKind.APPLICATION_REGISTERED, application_row.id, application_row
            )
    existing_integrations = await integration.integrations_by_id(
        session, [row.id for row in facts.integrations]
    )
    for integration_row in facts.integrations:
        if integration_row.id not in existing_integrations:
            await _append_entry(
                transaction, EventKind.INTEGRATION_CONNECTED, integration_row.id, integration_row
            )


async def _load_results(transaction: LogTransaction, rows: Sequence[ResultRow]) -> None:
    for row in rows:
        await _append_result(transaction, row, SEED_ACTOR)


async def _append_result(transaction: LogTransaction, facts: ResultRow, actor: str) -> None:
    existing = await stored_assessment.find_assessment_row(
        transaction.session,
        region=facts.region,
        instrument=facts.instrument,
        year=facts.year,
        kind=facts.kind,
    )
    if existing is None:
        assessment = published_result(
            transaction.region,
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


def _result_log(row: ResultRow) -> str:
    """Return the code of the region whose log holds a published result."""
    region = tables.listed_region(row.region)
    assert region is not None  # the table of results is checked against the list of regions
    code = assessment_log(region.code, region.parent, row.kind)
    assert code is not None  # no publication has a result of the nation
    return code


async def _append_entry(
    transaction: LogTransaction, kind: EventKind, subject: str, value: object
) -> None:
    await transaction.append(actor=SEED_ACTOR, kind=kind, subject=subject, body=to_document(value))


def _group_by(values: Iterable[Value], key: Callable[[Value], str]) -> dict[str, list[Value]]:
    groups: dict[str, list[Value]] = {}
    for value in values:
        groups.setdefault(key(value), []).append(value)
    return groups


def _with_opd_id(row: Opd) -> Opd:
    return replace(row, id=_opd_id(row.id))


def _with_application_id(row: Application) -> Application:
    owner = None if row.opd is None else _opd_id(row.opd)
    return replace(row, id=_application_id(row.id), opd=owner)


def _with_integration_id(row: Integration) -> Integration:
    target = None if row.target is None else _application_id(row.target)
    return replace(
        row,
        id=entity_id(row.region, "integration", row.id.lower()),
        source=_application_id(row.source),
        target=target,
    )


def _opd_id(key: str) -> str:
    region, _, name = key.rpartition(".")  # in the table, as 32.11.dinkes
    return entity_id(region, "opd", name)


def _application_id(key: str) -> str:
    region, _, number = key.rpartition("-")  # in the table, as 32.11-01
    return entity_id(region, "application", number)
