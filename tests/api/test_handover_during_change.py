"""A change that waits for the lock of its region obeys the owner that it finds then."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from engine.log.source import Source, SourceState
from storage import log, ownership
from tests.api import two_provinces
from tests.api.hub import running_hub
from tests.api.mutation_inputs import NEW_APPLICATION
from tests.fixtures.eventually import eventually
from tests.fixtures.followed_regions import record_source

OTHER = "https://other.example/graphql"
SOURCE = Source("32.11", OTHER, SourceState.FRESH, None)


@pytest.mark.parametrize("is_owned_before", [True, False])
async def test_a_change_obeys_the_owner_after_it_waited(
    postgresql_database_url: str, is_owned_before: bool
) -> None:
    async with running_hub(postgresql_database_url, tailing=False) as hub:
        await two_provinces.write_regions(hub)
        database = hub.instance.database
        if not is_owned_before:
            async with database.write() as session:
                await record_source(session, SOURCE)

        async def is_waiting() -> bool:
            async with database.read() as session:
                return bool(
                    await session.scalar(text("SELECT true FROM pg_locks WHERE NOT granted"))
                )

        async with (
            asyncio.TaskGroup() as group,
            log.begin_log_transaction(database, "32.11", hub.instance.clock) as transaction,
        ):
            change = group.create_task(
                hub.change("registerApplication", two_provinces.REGION, **NEW_APPLICATION)
            )
            await eventually(is_waiting)
            if is_owned_before:
                await record_source(transaction.session, SOURCE)
            else:
                await ownership.delete_source(transaction.session, "32.11")
        answer = change.result()
        if is_owned_before:
            assert answer == {"__typename": "OwnedElsewhere", "ownerUrl": OTHER}
        else:
            assert (answer["__typename"], answer["name"]) == ("Application", "Baru")
