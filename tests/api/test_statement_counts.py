"""A change takes few statements, because a distant database answers each after a round trip."""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import make_url

from tests.api import two_provinces
from tests.api.hub import Hub, running_hub
from tests.api.mutation_inputs import HEALTH, LEVEL_CLAIMS, NEW_APPLICATION, OFFICE, versioned
from tests.api.statements import counted_statements
from tests.api.two_provinces import DRAFT, OPD, REGION

# By mutation and database: the statements between BEGIN and COMMIT, and those that the request
# executes before and after. SQLite answers at once, and knows no statement that writes two tables.
COUNTS = {
    "registerApplication": {"sqlite": (13, 0), "postgresql": (10, 0)},
    "updateApplication": {"sqlite": (13, 1), "postgresql": (10, 1)},
    "retireApplication": {"sqlite": (12, 1), "postgresql": (9, 1)},
    "connectApplications": {"sqlite": (15, 1), "postgresql": (12, 1)},
    "claimLevels": {"sqlite": (15, 1), "postgresql": (12, 1)},
    "claimLevel": {"sqlite": (15, 1), "postgresql": (12, 1)},
}


async def test_changes_take_few_statements(database_url: str) -> None:
    backend = make_url(database_url).get_backend_name()
    async with running_hub(database_url, tailing=False) as hub:
        await two_provinces.write_regions(hub)
        await two_provinces.write_assessment(hub, two_provinces.assessment())

        async def count(name: str, fields: dict[str, Any]) -> tuple[tuple[int, int], Any]:
            """Execute a mutation that also breaks an attestation if it can; count statements."""
            await hub.change("attestInventory", OPD, opdId="32.11:opd-dinkes")
            with counted_statements() as statements:
                result = await hub.change(name, REGION, **fields, idempotencyKey=f"{name} key")
            [within] = statements.committed
            return (len(within), sum(map(len, statements.rolled_back))), result

        counts = {}
        name = "registerApplication"
        counts[name], registered = await count(name, NEW_APPLICATION)
        assert registered["opd"] == {"id": "32.11:opd-dinkes"}
        for name, fields in {
            "updateApplication": versioned(registered["id"], 1, name="Lain"),
            "retireApplication": versioned(OFFICE, 1, reason="usang"),
            "connectApplications": {
                "sourceId": HEALTH,
                "targetId": registered["id"],
                "dataObject": "pasien",
                "mode": "API",
            },
            "claimLevels": LEVEL_CLAIMS,
            "claimLevel": {"assessmentId": DRAFT, "indicator": 2, "level": 5, "version": 3},
        }.items():
            counts[name], result = await count(name, fields)
            assert "version" in result or "claims" in result, result
        assert counts == {
            name: counts_by_backend[backend] for name, counts_by_backend in COUNTS.items()
        }


async def test_what_another_process_changed_takes_one_more_statement(database_url: str) -> None:
    async with (
        running_hub(database_url, tailing=False) as hub,
        running_hub(database_url, tailing=False) as other,
    ):
        await two_provinces.write_regions(hub)

        async def count(writer: Hub, name: str) -> int:
            with counted_statements() as statements:
                await writer.change(
                    "registerApplication", REGION, **{**NEW_APPLICATION, "name": name}
                )
            [within] = statements.committed
            return len(within)

        first = await count(hub, "satu")
        assert [await count(other, "dua"), await count(hub, "tiga"), await count(hub, "empat")] == [
            first,  # it reads the whole inventory instead of the versions
            first + 1,
            first,
        ]
