"""All that is on record about a region's applications: what its graph and its rules are made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.ext.asyncio import AsyncSession

from engine.graph import digest
from engine.model import Application, Integration, Opd
from storage import application, attestation, integration, opd
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

    @cached_property
    def inputs(self) -> str:
        """A hash that changes with anything on record."""
        versions = [
            f"{each.id} {each.version}"
            for some in (self.applications, self.integrations, self.elsewhere)
            for each in some
        ]
        return digest([self.region, *map(repr, self.opds), *versions, *map(repr, self.attested)])


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
    )
