"""All that is on record about a region's applications: what its graph and its rules are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy.ext.asyncio import AsyncSession

from engine.graph import digest
from engine.inventory import DevelopmentPolicy, Exemption
from engine.model import Application, Integration, Opd
from storage import application, attestation, correction, integration, opd, proposal, scope
from storage.attestation import Attested


@dataclass(frozen=True)
class Recorded:
    """A region's inventory, whole."""

    region: str
    opds: tuple[Opd, ...]
    applications: tuple[Application, ...]
    integrations: tuple[Integration, ...]  # with an end here, whichever log holds them
    elsewhere: tuple[Application, ...]  # at the far ends of those
    attested: tuple[Attested, ...]
    functions: Mapping[str, str] = field(default_factory=dict)  # as persons named them
    exempt: tuple[Exemption, ...] = ()
    policy: DevelopmentPolicy | None = None
    agreed: tuple[tuple[str, ...], ...] = ()  # applications that a person agreed to merge

    @cached_property
    def inputs(self) -> str:
        """A hash that changes with anything on record."""
        versions = [
            f"{each.id} {each.version}"
            for some in (self.applications, self.integrations, self.elsewhere)
            for each in some
        ]
        facts = (self.opds, self.attested, self.functions.items(), self.exempt, self.agreed)
        told = [repr(each) for some in facts for each in some]
        return digest([self.region, *versions, *told, repr(self.policy)])


async def of_region(session: AsyncSession, region: str) -> Recorded:
    """Return what is on record about a region; empty where there is no such region."""
    applications = await application.of_region(session, region)
    integrations = await integration.touching(session, region)
    own = {each.id for each in applications}
    ends = {end for each in integrations for end in (each.source, each.target) if end is not None}
    elsewhere = await application.by_id(session, ends - own)
    return Recorded(
        region=region,
        opds=tuple(await opd.of_region(session, region)),
        applications=tuple(applications),
        integrations=tuple(integrations),
        elsewhere=tuple(elsewhere[id] for id in sorted(elsewhere)),
        attested=tuple(await attestation.of_region(session, region)),
        functions=await correction.of_regions(session, [region]),
        exempt=await scope.exempt(session, region),
        policy=await scope.policy(session, region),
        agreed=await proposal.merged(session, region),
    )
