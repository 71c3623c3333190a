"""Real processes: restart, shutdown, several side by side, a lost database, and replay."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest
from sqlalchemy.engine import make_url
from websockets.exceptions import ConnectionClosed

from engine.model import EventKind, Role
from facts import tables
from realtime.broker import POLL_SECONDS
from tests.fixtures.processes import SimpulProcess, StartSimpul
from tests.hub.live_client import EVENTS, Client, client

pytestmark = pytest.mark.integration

SUMEDANG = ("32.11", "32.11:opd-diskominfosanditik")
BOGOR = ("32.01", "32.01:opd-diskominfo")
SERVICE_RESTART = 1012  # the graphql-ws client reconnects after this code

# The kinds that are announced with the change itself; those that follow later are left out.
KINDS = [kind.value for kind in EventKind if kind is not EventKind.PROPOSALS_CHANGED]
CHANGES = """
subscription ($after: Cursor) {
  indexChanged(after: $after) { isReplay year region { code } after { display } }
}
"""
START = """
mutation {
  startAssessment(input: { regionCode: "32.11", instrumentId: "spbe-2020", year: 2025, kind: SELF }) {
    ... on Assessment { id version }
  }
}
"""
CLAIM = """
mutation ($assessment: ID!, $version: Int!) {
  claimLevel(input: { assessmentId: $assessment, indicator: 1, level: 4, version: $version }) {
    ... on Assessment { version score { index { value } } }
  }
}
"""
WRITTEN = """
query ($application: ID!, $assessment: ID!) {
  application: node(id: $application) { ... on Application { name version provenance { source } } }
  assessment: node(id: $assessment) {
    ... on Assessment { version state score { index { value } } levels { indicator level } }
  }
  instance { cursor }
}
"""
RANKING = """
{
  ranking(instrumentId: "spbe-2020", year: 2024, kind: OFFICIAL) {
    nodes {
      position movement change { display } region { code name }
      score { index { value } predicate domains { score { value } } }
    }
  }
}
"""


async def test_a_restart_loses_nothing_and_a_cursor_stays_valid(
    filled_database_url: str, simpul_process: StartSimpul
) -> None:
    environment = {"DATABASE_URL": filled_database_url}
    first = simpul_process("serve", environment=environment)
    async with client(first, Role.PROVINCE) as hub:
        start = await hub.cursor()
        application = await hub.register(*SUMEDANG, "Sebelum")
        assessment = (await hub.ask(START))["startAssessment"]
        await hub.ask(CLAIM, assessment=assessment["id"], version=assessment["version"])
        ids = {"application": application, "assessment": assessment["id"]}
        before = await hub.ask(WRITTEN, **ids)
        async with hub.listening(EVENTS, after=start, kinds=KINDS) as events:
            first_event = await events.next()
    assert first.stop() == 0

    port = httpx2.URL(first.url).port
    simpul_process("serve", port=port, data_dir=first.data_dir, environment=environment)
    async with client(first, Role.PROVINCE) as hub:
        assert await hub.ask(WRITTEN, **ids) == before
        assert before["application"] == {
            "name": "Sebelum",
            "version": 1,
            "provenance": {"source": "dicatat oleh provinsi 32"},
        }
        later = await hub.register(*SUMEDANG, "Sesudah")
        async with hub.listening(EVENTS, after=first_event["cursor"], kinds=KINDS) as events:
            later_events = [await events.next() for _ in range(5)]
    assert [
        (event["eventKind"], event.get("subjectId")) for event in [first_event, *later_events]
    ] == [
        ("APPLICATION_REGISTERED", application),
        ("ASSESSMENT_STARTED", assessment["id"]),
        ("LEVEL_CLAIMED", assessment["id"]),
        ("INDEX_CHANGED", None),
        ("VERIFICATION_CHANGED", None),
        ("APPLICATION_REGISTERED", later),
    ]
    assert is_chained(start, [first_event, *later_events])


async def test_sigterm_shuts_down_gracefully_while_many_listen(
    sqlite_database_url: str, simpul_process: StartSimpul
) -> None:
    simpul = simpul_process("serve", environment={"DATABASE_URL": sqlite_database_url})
    async with (
        client(simpul) as hub,
        hub.listening(EVENTS) as first,
        hub.listening(EVENTS) as second,
    ):
        start = time.monotonic()
        assert await asyncio.to_thread(simpul.stop) == 0
        assert time.monotonic() - start < 10
        for stream in (first, second):
            with pytest.raises(ConnectionClosed) as closure:
                await stream.socket.recv()
            assert closure.value.rcvd is not None
            assert closure.value.rcvd.code == SERVICE_RESTART
    assert "Traceback" not in simpul.log.read_text()


async def test_two_processes_on_one_database_show_the_same_order(
    filled_postgresql_url: str, simpul_process: StartSimpul, tmp_path: Path
) -> None:
    first_process, second_process = (
        simpul_process(
            "serve",
            data_dir=tmp_path / "shared",
            environment={"DATABASE_URL": filled_postgresql_url},
        )
        for _ in range(2)
    )
    async with (
        client(first_process, Role.PROVINCE) as first,
        client(second_process, Role.PROVINCE) as second,
    ):
        start = await first.cursor()
        assert await second.cursor() == start
        async with (
            first.listening(EVENTS, after=start) as first_events,
            second.listening(EVENTS, after=start) as second_events,
        ):
            id = await first.register(*SUMEDANG, "Di sini")
            assert (await second_events.next(POLL_SECONDS + 1))["subjectId"] == id
            assert (await first_events.next())["subjectId"] == id
            async with asyncio.TaskGroup() as writers:
                for number in range(20):
                    pairs = ((first, SUMEDANG), (second, BOGOR), (second, SUMEDANG))
                    hub, owner = pairs[number % 3]
                    writers.create_task(hub.register(*owner, f"Bersamaan {number}"))
            first_received = [await first_events.next() for _ in range(20)]
            second_received = [await second_events.next() for _ in range(20)]
    assert first_received == second_received
    assert len({event["subjectId"] for event in first_received}) == 20
    assert is_chained(first_received[0]["previousCursor"], first_received)


async def test_a_hub_without_its_database_reports_it_and_recovers(
    postgresql_url: str, filled_postgresql_url: str, simpul_process: StartSimpul
) -> None:
    simpul = simpul_process("serve", environment={"DATABASE_URL": filled_postgresql_url})
    name = make_url(filled_postgresql_url).database
    async with client(simpul, Role.PROVINCE) as hub:
        start = await hub.cursor()
        ready = await hub.http.get(f"{simpul.url}/readyz")
        number = int(start.rpartition(":")[2])
        assert ready.json() == {
            "ready": True,
            "database": "ok",
            "arrival": number,
            "broker": {"kind": "memory", "state": "ok"},
        }
        async with hub.listening(EVENTS, after=start) as events:
            id = await hub.register(*SUMEDANG, "Sebelum")
            assert (await events.next())["subjectId"] == id
            await execute(
                postgresql_url,
                f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
            )
            unready = await hub.http.get(f"{simpul.url}/readyz")
            assert (unready.status_code, unready.json()["ready"]) == (503, False)
            assert (await hub.http.get(f"{simpul.url}/healthz")).json() == {"alive": True}
            refused = await hub.http.post(
                f"{simpul.url}/graphql", json={"query": '{ region(code: "32") { name } }'}
            )
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
            assert refused.json()["errors"][0]["extensions"] == {
                "code": "UNAVAILABLE",
                "retryAfterSeconds": 5,
            }
            assert "ALLOW_CONNECTIONS" not in refused.text
            # The response does not reveal the database's message.
            assert "accepting" not in refused.text

            await execute(postgresql_url, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
            assert (await hub.http.get(f"{simpul.url}/readyz")).status_code == 200
            id = await hub.register(*SUMEDANG, "Kembali")
            assert (await events.next())["subjectId"] == id


@pytest.mark.soak
async def test_a_replay_ends_as_loaded_and_leaves_the_ordinary_database_alone(
    simpul_process: StartSimpul, filled_data_dir: Path
) -> None:
    data_dir = filled_data_dir
    loaded = simpul_process("demo", data_dir=data_dir)
    async with client(loaded) as hub:
        ranking = await hub.ask(RANKING)
        assert [
            (rank["position"], rank["region"]["name"], rank["score"]["index"]["value"])
            for rank in ranking["ranking"]["nodes"][:3]
        ] == [
            (1, "Kota Bandung", "4.59"),
            (2, "Kabupaten Sumedang", "4.51"),
            (3, "Kabupaten Karawang", "4.40"),
        ]
    assert loaded.stop() == 0
    database_before = (data_dir / "simpul.db").read_bytes()

    replaying = start_replay(simpul_process, data_dir)
    async with client(replaying) as hub:
        assert (await hub.ask("{ instance { isReplay } }"))["instance"] == {"isReplay": True}
        start = await hub.cursor()
        assert await count_results(hub) == 0
        async with hub.listening(CHANGES, after=start) as changes:
            index_changes = [await changes.next() for _ in tables.result_rows()]
        assert await hub.ask(RANKING) == ranking
    assert {change["isReplay"] for change in index_changes} == {True}
    assert [
        (change["year"], change["region"]["code"], change["after"]["display"])
        for change in index_changes
    ] == [(row.year, row.region, row.figures.value) for row in tables.result_rows()]
    assert replaying.stop() == 0

    restarted = start_replay(simpul_process, data_dir)
    async with client(restarted) as hub:
        assert await count_results(hub) == 0
        assert await hub.cursor() != start  # an old cursor is invalid, too
    assert restarted.stop() == 0
    assert (data_dir / "simpul.db").read_bytes() == database_before


def start_replay(simpul_process: StartSimpul, data_dir: Path) -> SimpulProcess:
    started = simpul_process("demo", "--replay", "--seconds", "0.05", data_dir=data_dir)
    folder = data_dir / "replay"
    return replace(started, data_dir=folder, database_url=f"sqlite:///{folder / 'simpul.db'}")


async def count_results(hub: Client) -> int:
    answer = await hub.ask('{ resultEditions(provinceCode: "32") { resultCount } }')
    return sum(edition["resultCount"] for edition in answer["resultEditions"])


def is_chained(start: str, events: list[Any]) -> bool:
    """Return whether each event names the cursor of the event before it."""
    cursors = [start, *(event["cursor"] for event in events)]
    return [event["previousCursor"] for event in events] == cursors[:-1]


async def execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url.replace("+asyncpg", "", 1))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
