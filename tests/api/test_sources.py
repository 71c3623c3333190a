"""What each viewer reads about the sources of followed regions, and about what their logs claim."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.log.actor import parse_actor
from engine.log.refusal import RefusalReason, RefusedEntry
from engine.log.region_identity import RegionIdentity
from engine.log.source import ClockDeviation, Source, SourceProblem, SourceState
from engine.model import EventKind, RegionKind, Viewer
from facts.region import nation
from hub.transport.json_request import GraphQLRequest
from hub.transport.response_cache import ResponseCache
from resolvers.access import unpublished_access
from resolvers.actor_name import find_actor_name
from storage import ownership
from storage.refused_entry import insert_refused_entries
from tests.api import two_provinces
from tests.api.hub import Hub, copied_database_url, running_hub

AT = datetime(2026, 11, 24, 2, tzinfo=UTC)
SECRET = "psycopg.OperationalError: password=hunter2 host=10.1.2.3"
ADDRESS = "wss://inner.example/graphql"
HELD, NOT_HELD, OTHER = "32.11", "32.12", "33.74"  # 32.12 is followed, and nothing is copied yet

FIELDS = """
  regionCode state problem url ownerUrl detail clock refusedCount
  refusedEntries { sequence reason detail }
"""
SOURCES = f"{{ sources {{ {FIELDS} }} }}"
REGION_SOURCE = f'{{ region(code: "32.11") {{ source {{ {FIELDS} }} }} }}'

COVERS: dict[Viewer, set[str]] = {  # the followed regions that each viewer covers
    two_provinces.PUBLIC: set(),
    two_provinces.ADMIN: {HELD, NOT_HELD, OTHER},
    two_provinces.PROVINCE: {HELD, NOT_HELD},
    two_provinces.OTHER_PROVINCE: {OTHER},
    two_provinces.REGION: {HELD},
    two_provinces.OTHER_REGION: set(),
    two_provinces.ASSESSOR: {HELD},
    two_provinces.OTHER_ASSESSOR: set(),
    two_provinces.OPD: {HELD},
    two_provinces.OTHER_OPD: set(),
    two_provinces.FOLLOWER: {HELD},
    two_provinces.PUBLISHED_FOLLOWER: set(),
    two_provinces.OTHER_FOLLOWER: set(),
}


async def follow_regions(hub: Hub) -> None:
    """Record that other instances own three regions, and that an entry of one was refused."""
    async with hub.instance.database.write() as session:
        for code, parent in ((HELD, "32"), (NOT_HELD, "32"), (OTHER, "33")):
            source = Source(
                *(code, ADDRESS, SourceState.UNREACHABLE, AT),
                problem=SourceProblem.NO_CONNECTION,
                detail=SECRET,
                clock=ClockDeviation.AHEAD,
            )
            identity = RegionIdentity(code, "Kabupaten", RegionKind.REGENCY, parent)
            await ownership.insert_source(session, source, identity)
        refused = RefusedEntry(HELD, 7, RefusalReason.FOREIGN_RESULT, SECRET, AT)
        await insert_refused_entries(session, [refused])


def expected_source(code: str, *, is_covered: bool) -> dict[str, Any]:
    """Return what a viewer reads about a source."""
    address = ADDRESS.replace("wss://", "https://") if is_covered else None
    words = SECRET if is_covered else None
    refused = [{"sequence": 7, "reason": "FOREIGN_RESULT", "detail": words}]
    return {
        "regionCode": code,
        "state": "UNREACHABLE",
        "problem": "NO_CONNECTION",
        "url": address,
        "ownerUrl": address,
        "detail": words,
        "clock": "AHEAD",
        "refusedCount": int(code == HELD),
        "refusedEntries": refused if code == HELD else [],
    }


@pytest.mark.parametrize("viewer", two_provinces.VIEWERS, ids=lambda viewer: viewer.subject)
async def test_words_and_addresses_are_for_viewers_who_cover_the_region(
    hub: Hub, viewer: Viewer
) -> None:
    await follow_regions(hub)
    covered = COVERS[viewer]
    assert (await hub.query_data(SOURCES, viewer))["sources"] == [
        expected_source(code, is_covered=code in covered) for code in (HELD, NOT_HELD, OTHER)
    ]
    assert (await hub.query_data(REGION_SOURCE, viewer))["region"] == {
        "source": expected_source(HELD, is_covered=HELD in covered)
    }


def test_no_response_about_a_source_is_shared() -> None:
    async def position() -> int:
        return 0

    cache = ResponseCache(position)
    for viewer in two_provinces.VIEWERS:
        for query in (SOURCES, REGION_SOURCE):
            assert cache.cache_key(GraphQLRequest(query, {}, None, None), viewer) is None


def test_subscribers_who_share_a_subscription_cover_the_same_regions() -> None:
    covered_by_access = {
        unpublished_access(viewer): covered for viewer, covered in COVERS.items()
    }  # by what shared subscriptions are keyed with
    assert all(covered_by_access[unpublished_access(viewer)] == COVERS[viewer] for viewer in COVERS)


@pytest.mark.parametrize("first", [0, 201])
async def test_the_number_of_refused_entries_in_a_response_is_limited(hub: Hub, first: int) -> None:
    query = "query ($first: Int!) { sources { refusedEntries(first: $first) { sequence } } }"
    await follow_regions(hub)
    assert await hub.refusal(query, first=first) == "INVALID_ARGUMENT"


async def test_refused_entries_are_paged_by_their_sequence(hub: Hub) -> None:
    query = (
        "query ($after: Int!) { sources { refusedEntries(afterSequence: $after) { sequence } } }"
    )
    await follow_regions(hub)
    for after, sequences in ((6, [7]), (7, [])):
        [held, *_] = (await hub.query_data(query, after=after))["sources"]
        assert [entry["sequence"] for entry in held["refusedEntries"]] == sequences


async def test_a_viewer_of_another_region_does_not_learn_who_owns_a_region(hub: Hub) -> None:
    await follow_regions(hub)
    fields = {"regionCode": HELD, "opdId": f"{HELD}:opd-dinkes", "name": "Sehat"}
    for viewer, owner in (
        (two_provinces.REGION, ADDRESS.replace("wss://", "https://")),
        (two_provinces.OTHER_REGION, None),
    ):
        assert await hub.change("registerApplication", viewer, **fields) == {
            "__typename": "OwnedElsewhere",
            "ownerUrl": owner,
        }


async def test_a_region_knows_the_owner_of_the_log_that_holds_its_results(hub: Hub) -> None:
    source = Source("32", ADDRESS, SourceState.FRESH, AT)
    identity = RegionIdentity("32", "Jawa Barat", RegionKind.PROVINCE, None)
    async with hub.instance.database.write() as session:
        await ownership.insert_source(session, source, identity)
    draft = {
        "regionCode": HELD,
        "instrumentId": "pemdi-2026",
        "year": 2026,
        "kind": "EXTERNAL",
    }
    assert await hub.change("startAssessment", two_provinces.ASSESSOR, **draft) == {
        "__typename": "OwnedElsewhere",
        "ownerUrl": ADDRESS.replace("wss://", "https://"),
    }


@pytest.mark.parametrize(
    ("replays", "is_followed", "is_replay"),
    [(True, False, True), (True, True, False), (False, False, False)],
)
async def test_only_the_own_log_of_an_instance_that_replays_is_a_replay(
    places_template: Path, tmp_path: Path, replays: bool, is_followed: bool, is_replay: bool
) -> None:
    url = copied_database_url(places_template, tmp_path)
    async with running_hub(url, replay=replays) as hub:
        start = await hub.cursor()
        application = two_provinces.APPLICATIONS[0]
        await hub.record(
            EventKind.APPLICATION_UPDATED,
            *(HELD, application.id, application),
            actor="simpul replay",
        )
        if is_followed:
            await follow_regions(hub)
        events = await hub.query_data(
            "query ($after: Cursor) { events(after: $after) { nodes {"
            " ... on LogEntryAppended { isReplay } } } }",
            after=start,
        )
    assert events["events"]["nodes"] == [{"isReplay": is_replay}]


@pytest.mark.parametrize(
    ("viewer", "own_name", "followed_name"),
    [
        (two_provinces.PUBLIC, "simpul import", None),
        (two_provinces.OTHER_REGION, "simpul import", None),
        (two_provinces.FOLLOWER, "simpul import", None),
        (two_provinces.REGION, "simpul import", "32.11: simpul import"),
        (two_provinces.ADMIN, "simpul import", "32.11: simpul import"),
    ],
    ids=lambda value: value.subject if isinstance(value, Viewer) else None,
)
async def test_a_program_that_a_followed_log_names_is_one_of_its_owner(
    hub: Hub, viewer: Viewer, own_name: str, followed_name: str | None
) -> None:
    actor = parse_actor("simpul import")
    assert await find_actor_name(hub.context(viewer), actor, HELD) == own_name
    await follow_regions(hub)
    assert await find_actor_name(hub.context(viewer), actor, HELD) == followed_name


async def test_the_nation_is_listed_only_when_it_is_asked_for(hub: Hub) -> None:
    await hub.record(EventKind.REGION_RECORDED, "ID", "ID:region", nation())
    list_codes = "query ($filter: RegionFilter) { regions(filter: $filter) { nodes { code } } }"
    for filter, codes in (
        (None, ["32", "32.11", "32.73", "33", "33.74"]),
        ({"search": "n"}, ["32.11", "32.73", "33", "33.74"]),
        ({"kinds": ["NATION", "PROVINCE"]}, ["32", "33", "ID"]),
    ):
        regions = (await hub.query_data(list_codes, filter=filter))["regions"]
        assert [region["code"] for region in regions["nodes"]] == codes
    assert await hub.query_data('{ region(code: "ID") { name kind parent { code } } }') == {
        "region": {"name": "Indonesia", "kind": "NATION", "parent": None}
    }
