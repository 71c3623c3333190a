"""The new owner's side of a hand-over: it owns what its operator accepts, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.document import to_document
from engine.identifier import region_id
from engine.log.entry import Entry, LogEntry, seal_entry
from engine.log.source import RegionHandover, Source, SourceProblem, SourceState
from engine.model import EventKind, Visibility
from regions.endpoint_directory import Endpoint
from resolvers.accepted_handover import AcceptedHandover, read_accepted_handover
from resolvers.context import Instance
from storage import log_entries
from storage import ownership as stored
from storage import region as stored_region
from tests.fixtures.eventually import eventually
from tests.regions.followed_owners import OwnerData, following, wait_until_source
from tests.regions.toy_owner import ToyOwner

SUMEDANG = "32.11"
URL = "https://node.example.go.id/graphql"
OTHER_URL = "https://other.example.go.id/graphql"


def append_entry(
    toy: ToyOwner, kind: EventKind, body: Mapping[str, Any], visibility: Visibility
) -> None:
    newest = toy.entries[-1]
    first = toy.entries[0]
    assert isinstance(first, Entry)
    toy.entries = [
        *toy.entries,
        seal_entry(
            region=SUMEDANG,
            sequence=newest.sequence + 1,
            at=first.at,
            actor="simpul hand-over",
            kind=kind,
            subject=region_id(SUMEDANG),
            visibility=visibility,
            body=body,
            salt="5a" * 16,
            previous_hash=newest.hash,
        ),
    ]


def append_handover(toy: ToyOwner, kind: EventKind, url: str) -> int:
    """Append an entry about a hand-over; return its sequence."""
    append_entry(toy, kind, to_document(RegionHandover(SUMEDANG, url)), Visibility.PUBLIC)
    return toy.entries[-1].sequence


def is_fresh(source: Source) -> bool:
    return source.state is SourceState.FRESH


def is_not_accepted(source: Source) -> bool:
    return (source.state, source.problem) == (SourceState.STALE, SourceProblem.HANDED_OVER)


async def check_acceptance(instance: Instance, expected: AcceptedHandover | None) -> None:
    async with instance.database.read() as session:
        accepted = await read_accepted_handover(instance, session, SUMEDANG)
    assert accepted == expected


async def check_is_owned(instance: Instance) -> None:
    assert await read_copy(instance) != []
    async with instance.database.read() as session:
        assert await stored.sources_by_region(session, [SUMEDANG]) == {}


async def read_copy(instance: Instance) -> list[LogEntry]:
    async with instance.database.read() as session:
        return await log_entries.list_log_entries(session, SUMEDANG)


@pytest.fixture
def toy(sumedang: OwnerData) -> ToyOwner:
    return ToyOwner(SUMEDANG, list(sumedang[0]), sumedang[1], heartbeat_seconds=0.1)


async def test_only_a_standing_offer_to_this_instance_is_acknowledged(
    hub_folder: Path, secret: Path, toy: ToyOwner
) -> None:
    async with toy.running():
        listed = Endpoint(toy.url, (SUMEDANG,), private=True, token_file=secret)
        accepting = replace(listed, accept_handover=(SUMEDANG,))
        async with following(hub_folder, accepting, url=URL) as (instance, _):
            await check_acceptance(instance, None)
            await wait_until_source(instance, SUMEDANG, is_fresh)
            await check_acceptance(instance, AcceptedHandover(URL, None))
            for kind, url, is_acknowledged in (
                (EventKind.HANDOVER_OFFERED, OTHER_URL, False),
                (EventKind.HANDOVER_WITHDRAWN, OTHER_URL, False),
                (EventKind.HANDOVER_OFFERED, URL.replace("https", "wss"), True),
                (EventKind.HANDOVER_WITHDRAWN, URL, False),
            ):
                sequence = append_handover(toy, kind, url)

                async def is_copied(sequence: int = sequence) -> None:
                    assert len(await read_copy(instance)) == sequence

                await eventually(is_copied)
                offer = sequence if is_acknowledged else None
                await check_acceptance(instance, AcceptedHandover(URL, offer))
            instance.owners.directory = replace(instance.owners.directory, endpoints=(listed,))
            await check_acceptance(instance, None)


async def test_a_hand_over_that_the_operator_does_not_accept_moves_nothing(
    hub_folder: Path, secret: Path, toy: ToyOwner
) -> None:
    async with toy.running():
        listed = Endpoint(toy.url, (SUMEDANG,), private=True, token_file=secret)
        accepting = replace(listed, accept_handover=(SUMEDANG,))
        async with following(hub_folder, listed, url=URL) as (instance, _):
            await wait_until_source(instance, SUMEDANG, is_fresh)
            append_handover(toy, EventKind.REGION_HANDED_OVER, URL)
            refused = await wait_until_source(instance, SUMEDANG, is_not_accepted)
            assert "which does not accept it" in refused.detail
            # The owner goes on to write: the region is still its own.
            append_handover(toy, EventKind.HANDOVER_OFFERED, URL)
            await wait_until_source(instance, SUMEDANG, is_fresh)
            append_handover(toy, EventKind.REGION_HANDED_OVER, URL)
            await wait_until_source(instance, SUMEDANG, is_not_accepted)
        # The operator accepts it later.
        async with following(hub_folder, accepting, url=URL) as (instance, _):
            await eventually(lambda: check_is_owned(instance))
            assert await read_copy(instance) == toy.entries


async def test_a_hand_over_to_any_address_connects_nowhere(
    hub_folder: Path, secret: Path, toy: ToyOwner, sumedang: OwnerData
) -> None:
    async with toy.running(), ToyOwner(SUMEDANG, list(sumedang[0]), ()).running() as other:
        accepting = Endpoint(
            toy.url, (SUMEDANG,), private=True, token_file=secret, accept_handover=(SUMEDANG,)
        )
        async with following(hub_folder, accepting, url=URL) as (instance, _):
            append_handover(toy, EventKind.REGION_HANDED_OVER, other.url)
            length = append_handover(toy, EventKind.REGION_HANDED_OVER, other.url)

            def is_complete(source: Source) -> bool:
                return is_fresh(source) and source.owner is None and source.url == toy.url

            async def is_copied() -> None:
                assert len(await read_copy(instance)) == length

            await eventually(is_copied)
            await wait_until_source(instance, SUMEDANG, is_complete)
            await check_acceptance(instance, AcceptedHandover(URL, None))
        assert other.sockets == []


async def test_an_incomplete_copy_is_not_taken_over(
    hub_folder: Path, secret: Path, toy: ToyOwner
) -> None:
    append_entry(toy, EventKind.OPD_RECORDED, {"id": "x"}, Visibility.PUBLIC)  # it is refused
    async with toy.running():
        accepting = Endpoint(
            toy.url, (SUMEDANG,), private=True, token_file=secret, accept_handover=(SUMEDANG,)
        )
        async with following(hub_folder, accepting, url=URL) as (instance, _):
            await wait_until_source(instance, SUMEDANG, is_fresh)
            await check_acceptance(instance, None)
            append_handover(toy, EventKind.REGION_HANDED_OVER, URL)
            refused = await wait_until_source(instance, SUMEDANG, is_not_accepted)
            assert "whose copy is incomplete" in refused.detail


async def test_the_new_owner_states_the_identity_that_its_own_list_has(
    hub_folder: Path, secret: Path, toy: ToyOwner
) -> None:
    first = toy.entries[0]
    assert isinstance(first, Entry)
    renamed = {**first.body, "name": "Provinsi Sumedang"}
    append_entry(toy, EventKind.REGION_RECORDED, renamed, Visibility.PUBLIC)
    append_handover(toy, EventKind.REGION_HANDED_OVER, URL)
    async with toy.running():
        accepting = Endpoint(
            toy.url, (SUMEDANG,), private=True, token_file=secret, accept_handover=(SUMEDANG,)
        )
        async with following(hub_folder, accepting, url=URL) as (instance, _):
            await eventually(lambda: check_is_owned(instance))
            newest = (await read_copy(instance))[len(toy.entries) :]
            assert [
                (entry.kind, entry.body["name"]) for entry in newest if isinstance(entry, Entry)
            ] == [(EventKind.REGION_RECORDED, "Kabupaten Sumedang")]
            async with instance.database.read() as session:
                region = (await stored_region.regions_by_code(session, [SUMEDANG]))[SUMEDANG]
            assert region.name == "Kabupaten Sumedang"
