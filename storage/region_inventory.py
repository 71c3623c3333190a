"""Loads all of a region's state that analyses need, and caches it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from cachetools import LRUCache
from sqlalchemy import and_, bindparam, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from engine.graph.graph import hash_texts
from engine.model import Application, Integration, Opd
from engine.verification.attestation import AttestationRecord
from engine.verification.inventory import DevelopmentPolicy, Exemption
from storage import (
    application,
    attestation,
    function_correction,
    integration,
    opd,
    proposal,
    verification_scope,
)
from storage.combined_query import CombinedQuery
from storage.database import IDS_AT_ONCE
from storage.tables import ApplicationRow, IntegrationRow

CACHED_REGIONS = 48  # regions in the cache
NOTHING_UNSETTLED: Mapping[str, Application | Integration] = MappingProxyType({})

_IN_REGION = ApplicationRow.region == bindparam("region")
_IN_LOG = IntegrationRow.region == bindparam("region")
# The log of another region may hold an integration whose target is in this region. The parts are
# queries of their own, because PostgreSQL uses no index for an OR of subqueries.
_FROM_ELSEWHERE = and_(
    IntegrationRow.region != bindparam("region"),
    IntegrationRow.target_application.in_(select(ApplicationRow.id).where(_IN_REGION)),
)
_FOREIGN_END = and_(
    ApplicationRow.region != bindparam("region"),
    ApplicationRow.id.in_(
        union(
            select(IntegrationRow.target_application).where(_IN_LOG),
            select(IntegrationRow.source_application).where(_FROM_ELSEWHERE),
        )
    ),
)
_ALWAYS_READ = {  # what has no versions
    "opds": opd.EXISTING_BY_REGION,
    "attestations": attestation.BY_REGION,
    "functions": function_correction.BY_REGION,
    "exemptions": verification_scope.EXEMPTIONS,
    "policy": verification_scope.POLICY,
    "accepted_merges": proposal.ACCEPTED_MERGES,
}
_VERSIONS = CombinedQuery(
    applications=select(ApplicationRow.id, ApplicationRow.version).where(_IN_REGION),
    foreign_applications=select(ApplicationRow.id, ApplicationRow.version).where(_FOREIGN_END),
    integrations=select(IntegrationRow.id, IntegrationRow.version).where(_IN_LOG),
    foreign_integrations=select(IntegrationRow.id, IntegrationRow.version).where(_FROM_ELSEWHERE),
    **_ALWAYS_READ,
)
_WHOLE = CombinedQuery(
    applications=select(ApplicationRow).where(_IN_REGION),
    foreign_applications=select(ApplicationRow).where(_FOREIGN_END),
    integrations=select(IntegrationRow).where(_IN_LOG),
    foreign_integrations=select(IntegrationRow).where(_FROM_ELSEWHERE),
    **_ALWAYS_READ,
)
_BY_ID = CombinedQuery(
    applications=select(ApplicationRow).where(
        ApplicationRow.id.in_(bindparam("ids", expanding=True))
    ),
    integrations=select(IntegrationRow).where(
        IntegrationRow.id.in_(bindparam("ids", expanding=True))
    ),
)


@dataclass(frozen=True)
class RegionInventoryRecord:
    """The whole inventory of a region."""

    region: str
    opds: tuple[Opd, ...]  # without dissolved ones, which have neither applications nor duties
    applications: tuple[Application, ...]
    integrations: tuple[Integration, ...]  # those with an end in this region, in any log
    foreign_applications: tuple[
        Application, ...
    ]  # those of other regions at the integrations' ends
    attestations: tuple[AttestationRecord, ...]
    functions: Mapping[str, str] = field(default_factory=dict)  # assigned by people
    exemptions: tuple[Exemption, ...] = ()
    policy: DevelopmentPolicy | None = None
    accepted_merges: tuple[
        tuple[str, ...], ...
    ] = ()  # groups of applications with an accepted merge

    @cached_property
    def digest(self) -> str:
        """A hash that changes whenever the inventory changes."""
        versions = [
            f"{row.id} {row.version}"
            for rows in (self.applications, self.integrations, self.foreign_applications)
            for row in rows
        ]
        facts = (
            self.opds,
            self.attestations,
            self.functions.items(),
            self.exemptions,
            self.accepted_merges,
        )
        texts = [repr(value) for values in facts for value in values]
        return hash_texts([self.region, *versions, *texts, repr(self.policy)])


class Versioned(Protocol):
    """A value whose version changes whenever the value changes."""

    @property
    def id(self) -> str:
        """The id of the value."""

    @property
    def version(self) -> int:
        """The version of the value."""


Value = TypeVar("Value", bound=Versioned)


def _in_order(rows: Iterable[Any], values: Mapping[str, Value]) -> tuple[Value, ...]:
    """Return the values of these rows, by id."""
    return tuple(values[id] for id in sorted(row.id for row in rows))


class InventoryCache:
    """Caches the inventories of regions, so that only rows that have changed are read again.

    The versions of all rows are read from the database each time, so that no stale row is returned.
    """

    def __init__(self) -> None:
        self._cache: LRUCache[str, RegionInventoryRecord] = LRUCache(CACHED_REGIONS)

    async def load_region_inventory(
        self,
        session: AsyncSession,
        region: str,
        *,
        unsettled: Mapping[str, Application | Integration] = NOTHING_UNSETTLED,
    ) -> RegionInventoryRecord:
        """Return the inventory of a region; it is empty if there is no such region.

        `unsettled` are the values that the reading transaction itself has written, by id. They are
        not cached before `settle`, because after a rollback the same version may belong to another
        value.
        """
        cached = self._cache.get(region)
        if cached is None:
            record = await _read_record(session, region)
        else:
            record = await _update_record(session, cached, unsettled)
        self._cache[region] = replace(
            record,
            applications=_excluding(record.applications, unsettled),
            integrations=_excluding(record.integrations, unsettled),
            foreign_applications=_excluding(record.foreign_applications, unsettled),
        )
        return record

    def clear(self) -> None:
        """Drop all inventories."""
        self._cache.clear()

    def settle(self, record: RegionInventoryRecord) -> None:
        """Cache a record whose values are committed."""
        self._cache[record.region] = record


def _by_id(values: Iterable[Value]) -> dict[str, Value]:
    return {value.id: value for value in values}


def _excluding(values: tuple[Value, ...], ids: Collection[str]) -> tuple[Value, ...]:
    return tuple(value for value in values if value.id not in ids) if ids else values


async def _read_record(session: AsyncSession, region: str) -> RegionInventoryRecord:
    """Read the whole inventory of a region, with one statement."""
    rows = await _WHOLE.read(session, {"region": region})
    return _record_from_rows(
        region,
        rows,
        _by_id(
            map(
                application.application_from_row,
                (*rows["applications"], *rows["foreign_applications"]),
            )
        ),
        _by_id(
            map(
                integration.integration_from_row,
                (*rows["integrations"], *rows["foreign_integrations"]),
            )
        ),
    )


async def _update_record(
    session: AsyncSession,
    cached: RegionInventoryRecord,
    unsettled: Mapping[str, Application | Integration],
) -> RegionInventoryRecord:
    """Read the versions of an inventory, with one statement, and the values that have changed."""
    rows = await _VERSIONS.read(session, {"region": cached.region})
    applications = _by_id((*cached.applications, *cached.foreign_applications))
    integrations = _by_id(cached.integrations)
    for value in unsettled.values():
        if isinstance(value, Application):
            applications[value.id] = value
        else:
            integrations[value.id] = value
    missing = [
        row.id
        for name, values in (
            ("applications", applications),
            ("foreign_applications", applications),
            ("integrations", integrations),
            ("foreign_integrations", integrations),
        )
        for row in rows[name]
        if row.id not in values or values[row.id].version != row.version
    ]
    if len(missing) > IDS_AT_ONCE:
        return await _read_record(session, cached.region)
    if missing:
        # Another region may have changed them again since their versions were read.
        changed = await _BY_ID.read(session, {"ids": missing})
        applications |= _by_id(map(application.application_from_row, changed["applications"]))
        integrations |= _by_id(map(integration.integration_from_row, changed["integrations"]))
    return _record_from_rows(cached.region, rows, applications, integrations)


def _record_from_rows(
    region: str,
    rows: Mapping[str, list[Any]],
    applications: Mapping[str, Application],
    integrations: Mapping[str, Integration],
) -> RegionInventoryRecord:
    """Return the record of rows with the ids of its values, and of these values by id."""
    at_region = (*rows["integrations"], *rows["foreign_integrations"])
    opds = sorted(map(opd.opd_from_row, rows["opds"]), key=lambda opd: (opd.name, opd.id))
    attestations = map(attestation.attestation_from_row, rows["attestations"])
    exemptions = [Exemption(row.opd, row.reason) for row in rows["exemptions"]]
    merges = sorted(rows["accepted_merges"], key=lambda row: row.proposal)
    return RegionInventoryRecord(
        region=region,
        opds=tuple(opds),
        applications=_in_order(rows["applications"], applications),
        integrations=_in_order(at_region, integrations),
        foreign_applications=_in_order(rows["foreign_applications"], applications),
        attestations=tuple(sorted(attestations, key=lambda record: record.attestation.opd)),
        functions=dict(sorted((row.application, row.function) for row in rows["functions"])),
        exemptions=tuple(sorted(exemptions, key=lambda exemption: exemption.opd)),
        policy=next(
            (DevelopmentPolicy(row.region, row.year, row.title, row.url) for row in rows["policy"]),
            None,
        ),
        accepted_merges=tuple(tuple(row.applications) for row in merges),
    )
