"""Loads all of a region's state that analyses need, and caches it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol, TypeVar

from cachetools import LRUCache
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

CACHED_REGIONS = 48  # regions in the cache


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


class InventoryCache:
    """Caches the inventories of regions, so that only rows that have changed are read again.

    The versions of all rows are read from the database each time, so that no stale row is returned.
    """

    def __init__(self) -> None:
        self._cache: LRUCache[str, RegionInventoryRecord] = LRUCache(CACHED_REGIONS)

    async def load_region_inventory(
        self, session: AsyncSession, region: str, *, unsettled: Collection[str] = ()
    ) -> RegionInventoryRecord:
        """Return the inventory of a region; it is empty if there is no such region.

        `unsettled` are the ids that the reading transaction itself has changed. Their values are
        not cached, because after a rollback the same version may belong to another value.
        """
        cached = self._cache.get(region) or RegionInventoryRecord(region, (), (), (), (), ())
        applications = await _load_current(
            cached.applications,
            await application.application_versions(session, region),
            lambda ids: application.applications_by_id(session, ids),
        )
        integrations = await _load_current(
            cached.integrations,
            await integration.integration_versions(session, region),
            lambda ids: integration.integrations_by_id(session, ids),
        )
        own_ids = {owned.id for owned in applications}
        ends = {end for link in integrations for end in (link.source, link.target)}
        elsewhere = await _load_current(
            cached.foreign_applications,
            await application.application_versions_by_id(
                session, {end for end in ends if end} - own_ids
            ),
            lambda ids: application.applications_by_id(session, ids),
        )
        record = RegionInventoryRecord(
            region=region,
            opds=tuple(await opd.list_opds_by_region(session, region)),
            applications=applications,
            integrations=integrations,
            foreign_applications=elsewhere,
            attestations=tuple(await attestation.list_attestations_by_region(session, region)),
            functions=await function_correction.corrected_functions(session, [region]),
            exemptions=await verification_scope.list_exemptions(session, region),
            policy=await verification_scope.find_development_policy(session, region),
            accepted_merges=await proposal.list_accepted_merges(session, region),
        )
        self._cache[region] = replace(
            record,
            applications=_excluding(record.applications, unsettled),
            integrations=_excluding(record.integrations, unsettled),
            foreign_applications=_excluding(record.foreign_applications, unsettled),
        )
        return record


def _excluding(values: tuple[Value, ...], ids: Collection[str]) -> tuple[Value, ...]:
    return tuple(value for value in values if value.id not in ids) if ids else values


async def _load_current(
    cached: Collection[Value],
    versions: Mapping[str, int],
    load: Callable[[Collection[str]], Awaitable[Mapping[str, Value]]],
) -> tuple[Value, ...]:
    """Return the values with these versions, in their order; load those that are not cached."""
    current = {value.id: value for value in cached if versions.get(value.id) == value.version}
    missing = versions.keys() - current.keys()
    if missing:
        current |= await load(missing)
    return tuple(current[id] for id in versions)
