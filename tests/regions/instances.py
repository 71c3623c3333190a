"""Instances that follow each other as real processes, and comparisons of their copies."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, select

from engine.model import Role
from hub.instance import open_instance
from hub.settings import Settings
from regions.directory_file import load_endpoint_directory
from resolvers.handover import CompletedHandover, hand_over_region
from resolvers.seed import seed_regions
from storage import log_entries, migrate
from storage.database import Database
from storage.tables import AssessmentRow, EntryRow, HeadRow, LevelRow, RegionRow
from storage.upsert import PROJECTED_TABLES
from tests.fixtures.credentials import issue_token
from tests.fixtures.databases import mark_arrivals_processed
from tests.fixtures.eventually import eventually
from tests.fixtures.processes import SimpulProcess, StartSimpul, free_port
from tests.hub.live_client import Client

SOURCES = "{ sources { regionCode state asOf url problem detail } }"

Rows = dict[str, list[dict[str, Any]]]


@dataclass
class SimpulInstance:
    """One instance: its data folder, and the process that serves it."""

    data_dir: Path
    port: int = field(default_factory=free_port)
    database_url: str = ""
    process: SimpulProcess | None = None

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/graphql"

    @property
    def http_url(self) -> str:
        """The URL of the API as clients get it."""
        return self.url.replace("ws://", "http://")

    @property
    def settings(self) -> Settings:
        database = {"SIMPUL_DATABASE_URL": self.database_url} if self.database_url else {}
        return Settings(data_dir=self.data_dir, url=self.url, **database)

    @property
    def running(self) -> SimpulProcess:
        assert self.process is not None
        return self.process

    async def prepare(self, *regions: str) -> SimpulInstance:
        """Migrate the database, and load the published data of these regions."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(migrate.upgrade_database, self.settings.database)
        if regions:
            async with open_instance(self.settings) as instance:
                await seed_regions(instance, regions=regions)
                await mark_arrivals_processed(instance)
        return self

    def token(self, role: Role = Role.FOLLOWER, provinces: Sequence[str] = ("32",)) -> str:
        """Return a token of this instance for the regions of some provinces."""
        subject = f"hub-{role.value.lower()}-{'-'.join(provinces)}"
        return issue_token(self.settings.database, role, provinces, subject=subject)

    def follow(
        self, *owners: tuple[SimpulInstance, Sequence[str]], accept_handover: Sequence[str] = ()
    ) -> Path:
        """Write the endpoint directory of the owners that this instance follows.

        Args:
            accept_handover: the regions that their owners can hand over to this instance.
        """
        path = self.data_dir / "regions.toml"
        text = ""
        for owner, regions in owners:
            token = self.data_dir / f"{owner.port}.token"
            provinces = sorted({region.partition(".")[0] for region in regions})
            token.write_text(owner.token(provinces=provinces))
            listed = ", ".join(f'"{region}"' for region in regions)
            text += f'[[endpoint]]\nurl = "{owner.url}"\nregions = [{listed}]\n'
            text += f'token_file = "{token.name}"\nprivate = true\n'
            accepted = ", ".join(f'"{region}"' for region in regions if region in accept_handover)
            text += f"accept_handover = [{accepted}]\n\n"
        path.write_text(text)
        return path

    def serve(self, start: StartSimpul, **environment: str) -> SimpulProcess:
        """Start the instance as a process."""
        if (self.data_dir / "regions.toml").exists():
            environment["SIMPUL_FOLLOWS"] = str(self.data_dir / "regions.toml")
        environment |= {"SIMPUL_URL": self.url, "DATABASE_URL": self.database_url}
        self.process = start(
            "serve", port=self.port, data_dir=self.data_dir, environment=environment
        )
        return self.process

    async def hand_over(
        self, region: str, new_owner: SimpulInstance, seconds: float = 30.0
    ) -> CompletedHandover:
        """Hand a region over, as the command does next to the running server."""
        directory = load_endpoint_directory(self.data_dir / "regions.toml")
        async with open_instance(self.settings) as instance:
            return await hand_over_region(instance, region, new_owner.url, directory, seconds)

    async def count_entries(self, region: str) -> int:
        """Return the number of entries that the instance has of a region."""
        database = Database(self.settings.database)
        try:
            async with database.read() as session:
                return (await log_entries.read_log_head(session, region))[0]
        finally:
            await database.close()

    async def rows(self, region: str) -> Rows:
        """Return the log of a region, and the rows that the instance derives from it."""
        database = Database(self.settings.database)
        try:
            async with database.read() as session:
                rows_by_table: Rows = {}
                for table in (HeadRow, EntryRow, *PROJECTED_TABLES):
                    query = select(table)
                    if table is LevelRow:
                        query = query.where(LevelRow.assessment.startswith(f"{region}:"))
                    elif table is AssessmentRow:
                        query = query.where(AssessmentRow.log == region)
                    elif table is RegionRow:
                        query = query.where(RegionRow.code == region)
                    else:
                        query = query.where(table.region == region)  # type: ignore[attr-defined]
                    columns = [column.key for column in inspect(table).columns]
                    rows = [
                        {name: getattr(row, name) for name in columns}
                        for row in await session.scalars(query)
                    ]
                    rows_by_table[table.__tablename__] = sorted(rows, key=repr)
                return rows_by_table
        finally:
            await database.close()


async def wait_until_replicated(copy: SimpulInstance, owner: SimpulInstance, region: str) -> None:
    """Return once a copy has every row of its owner, and no other."""

    async def is_copied() -> None:
        assert (region, await copy.count_entries(region)) == (
            region,
            await owner.count_entries(region),
        )

    await eventually(is_copied)
    assert await copy.rows(region) == await owner.rows(region)


async def wait_until_state(
    client: Client, region: str, *states: str, detail: str = ""
) -> dict[str, Any]:
    """Wait until a source is in one of these states, and return it."""

    async def read_source() -> dict[str, Any]:
        sources = {row["regionCode"]: row for row in (await client.ask(SOURCES))["sources"]}
        source: dict[str, Any] = sources.get(region, {"state": "OWNED", "detail": None})
        assert source["state"] in states, source
        assert detail in (source["detail"] or "")
        return source

    return await eventually(read_source)
