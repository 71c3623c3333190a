"""A region's inventory is current while other processes write."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.util import await_only

from tests.api import two_provinces
from tests.api.hub import running_hub
from tests.api.mutation_inputs import HEALTH, NEW_APPLICATION, versioned

BUDGET = "32.73:application-budget"


async def test_a_change_succeeds_while_another_process_changes_an_application_at_its_integrations(
    postgresql_database_url: str,
) -> None:
    async with (
        running_hub(postgresql_database_url, tailing=False) as hub,
        running_hub(postgresql_database_url, tailing=False) as other,
    ):
        await two_provinces.write_regions(hub)
        await hub.change(
            "connectApplications",
            two_provinces.REGION,
            sourceId=HEALTH,
            targetId=BUDGET,
            dataObject="belanja",
            mode="API",
        )
        await other.change("updateApplication", two_provinces.OTHER_REGION, **versioned(BUDGET, 1))
        results = []

        def change_between(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
            """Change it a second time after the statement that reads its new version."""
            if "foreign" not in results and statement.count("application.version") == 2:
                results.append("foreign")
                fields = versioned(BUDGET, 2, name="Lain")
                change = other.change("updateApplication", two_provinces.OTHER_REGION, **fields)
                results.append(await_only(change)["version"])

        event.listen(Engine, "after_cursor_execute", change_between)
        try:
            registered = await hub.change(
                "registerApplication", two_provinces.REGION, **NEW_APPLICATION
            )
        finally:
            event.remove(Engine, "after_cursor_execute", change_between)
        assert results == ["foreign", 3]
        assert registered["version"] == 1
