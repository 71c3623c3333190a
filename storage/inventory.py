"""Reads everything about a region's applications from which its graph and verification are computed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol, TypeVar

from cachetools import LRUCache
from sqlalchemy.ext.asyncio import AsyncSession

from engine.graph.graph import hash_texts
from engine.model import Application, Integration, Opd
from engine.verification.attestation import Attested
from engine.verification.inventory import DevelopmentPolicy, Exemption
from storage import application, attestation, correction, integration, opd, proposal, scope

KEPT = 48  # regions


@dataclass(frozen=True)
class RegionInventoryRecord:
    """The whole inventory of a region."""

    region: str
    opds: tuple[Opd, ...]
    applications: tuple[Application, ...]
    integrations: tuple[Integration, ...]  # with an end in this region, in any log
    elsewhere: tuple[Application, ...]  # of other regions, at the ends of these integrations
    attested: tuple[Attested, ...]
    functions: Mapping[str, str] = field(default_factory=dict)  # assigned by people
    exempt: tuple[Exemption, ...] = ()
    policy: DevelopmentPolicy | None = None
    agreed: tuple[tuple[str, ...], ...] = ()  # groups with an accepted merge

    @cached_property
    def inputs(self) -> str:
        """A hash that changes whenever the inventory changes."""
        versions = [
            f"{each.id} {each.version}"
            for some in (self.applications, self.integrations, self.elsewhere)
            for each in some
        ]
        facts = (self.opds, self.attested, self.functions.items(), self.exempt, self.agreed)
        texts = [repr(each) for some in facts for each in some]
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
        self._read: LRUCache[str, RegionInventoryRecord] = LRUCache(KEPT)

    async def of_region(
        self, session: AsyncSession, region: str, *, unsettled: Collection[str] = ()
    ) -> RegionInventoryRecord:
        """Return the inventory of a region; it is empty if there is no such region.

        `unsettled` are the ids that the reading transaction itself has changed. Their values are not
        cached, because after a rollback the same version may belong to another value.
        """
        known = self._read.get(region) or RegionInventoryRecord(region, (), (), (), (), ())
        applications = await _current(
            known.applications,
            await application.application_versions(session, region),
            lambda ids: application.applications_by_id(session, ids),
        )
        integrations = await _current(
            known.integrations,
            await integration.integration_versions(session, region),
            lambda ids: integration.integrations_by_id(session, ids),
        )
        own = {each.id for each in applications}
        ends = {end for each in integrations for end in (each.source, each.target)}
        elsewhere = await _current(
            known.elsewhere,
            await application.versions_of(session, {end for end in ends if end} - own),
            lambda ids: application.applications_by_id(session, ids),
        )
        found = RegionInventoryRecord(
            region=region,
            opds=tuple(await opd.list_opds_by_region(session, region)),
            applications=applications,
            integrations=integrations,
            elsewhere=elsewhere,
            attested=tuple(await attestation.list_attestations_by_region(session, region)),
            functions=await correction.corrected_functions(session, [region]),
            exempt=await scope.list_exemptions(session, region),
            policy=await scope.find_development_policy(session, region),
            agreed=await proposal.list_accepted_merges(session, region),
        )
        self._read[region] = replace(
            found,
            applications=_without(found.applications, unsettled),
            integrations=_without(found.integrations, unsettled),
            elsewhere=_without(found.elsewhere, unsettled),
        )
        return found


def _without(values: tuple[Value, ...], ids: Collection[str]) -> tuple[Value, ...]:
    return tuple(each for each in values if each.id not in ids) if ids else values


async def _current(
    known: Collection[Value],
    versions: Mapping[str, int],
    load: Callable[[Collection[str]], Awaitable[Mapping[str, Value]]],
) -> tuple[Value, ...]:
    """Return the values with these versions, in their order; load those that are not cached."""
    found = {each.id: each for each in known if versions.get(each.id) == each.version}
    missing = versions.keys() - found.keys()
    if missing:
        found |= await load(missing)
    return tuple(found[id] for id in versions)
