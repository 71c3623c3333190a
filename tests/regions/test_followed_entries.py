"""A copy has the entries of its owner's log as far as they are valid, and no others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from engine.document import to_document
from engine.log.entry import Entry, LogEntry, seal_entry
from engine.log.refusal import RefusalReason
from engine.log.source import ClockDeviation, SourceProblem, SourceState
from engine.model import Application, ApplicationStatus, EventKind, Provenance, Visibility
from regions.endpoint_directory import Endpoint
from resolvers.context import Instance
from storage import application, arrival, log_entries, refused_entry, replica_deletion
from storage.database import Database
from tests.regions.followed_owners import OwnerData, following, wait_until_source
from tests.regions.toy_owner import Response, ToyOwner


def edit_third_entry(toy: ToyOwner) -> None:
    """Replace the third entry by another one, with valid hashes for it and all later entries."""
    entries: list[LogEntry] = toy.entries[:2]
    for entry in toy.entries[2:]:
        assert isinstance(entry, Entry)
        actor = "editor" if entry.sequence == 3 else entry.actor
        entries.append(reseal_entry(replace(entry, actor=actor), entries[-1].hash))
    toy.entries = entries


def drop_last_entries(toy: ToyOwner) -> None:
    """Make the owner look as after a restored backup."""
    toy.entries = toy.entries[:-2]


def reseal_entry(entry: Entry, previous_hash: str) -> Entry:
    return seal_entry(
        region=entry.region,
        sequence=entry.sequence,
        at=entry.at,
        actor=entry.actor,
        kind=entry.kind,
        subject=entry.subject,
        visibility=entry.visibility,
        body=entry.body,
        salt=entry.salt,
        previous_hash=previous_hash,
    )


@pytest.mark.parametrize("change", [edit_third_entry, drop_last_entries])
async def test_an_owner_with_another_history_has_diverged_and_the_copy_stays(
    hub_folder: Path,
    secret: Path,
    sumedang: OwnerData,
    change: Callable[[ToyOwner], None],
) -> None:
    toy = ToyOwner("32.11", list(sumedang[0]), sumedang[1])
    async with toy.running():
        endpoint = Endpoint(toy.url, ("32.11",), private=True, token_file=secret)
        async with following(hub_folder, endpoint) as (instance, _):
            await wait_until_source(
                instance, "32.11", lambda source: source.state is SourceState.FRESH
            )
            change(toy)
            diverged = await wait_until_source(
                instance, "32.11", lambda source: source.state is SourceState.DIVERGED
            )
            assert "log of region 32.11 breaks at sequence" in diverged.detail
            async with instance.database.read() as session:
                assert (await log_entries.read_log_head(session, "32.11"))[1] == sumedang[0][
                    -1
                ].hash
            # The operator has examined it, and accepts the owner's log.
            before = await read_epoch(instance)
            await replica_deletion.delete_replica(instance.database, "32.11")
            assert await read_epoch(instance) != before
        async with following(hub_folder, endpoint) as (instance, _):
            await wait_until_source(
                instance, "32.11", lambda source: source.state is SourceState.FRESH
            )
            async with instance.database.read() as session:
                assert (await log_entries.read_log_head(session, "32.11"))[1] == toy.entries[
                    -1
                ].hash
                assert await log_entries.verify_log_chain(session, "32.11") == len(toy.entries)


async def test_an_owned_region_is_no_copy_to_be_dropped(filled_sqlite_url: str) -> None:
    database = Database(filled_sqlite_url)
    with pytest.raises(replica_deletion.NotAReplica):
        await replica_deletion.delete_replica(database, "32.11")
    await database.close()


async def read_epoch(instance: Instance) -> str:
    async with instance.database.read() as session:
        return (await arrival.read_arrival_position(session)).epoch


def next_entry(entries: Sequence[LogEntry], body: dict[str, object], actor: str = "ani") -> Entry:
    last = entries[-1]
    assert isinstance(last, Entry)
    return seal_entry(
        region="32.11",
        sequence=last.sequence + 1,
        at=last.at,
        actor=actor,
        kind=EventKind.APPLICATION_UPDATED,
        subject="32.11:application-x",
        visibility=Visibility.PUBLIC,
        body=body,
        salt="5a" * 16,
        previous_hash=last.hash,
    )


OWN = Application(
    id="32.11:application-x",
    region="32.11",
    opd=None,
    name="Milik sendiri",
    status=ApplicationStatus.ACTIVE,
    version=1,
    provenance=Provenance("test"),
)


@pytest.mark.parametrize(
    ("body", "actor", "reason"),
    [
        ({"name": "?"}, "ani", RefusalReason.INVALID_BODY),
        (to_document(replace(OWN, region="32.12")), "ani", RefusalReason.FOREIGN_REGION),
        (to_document(replace(OWN, id="32.12:application-x")), "ani", RefusalReason.FOREIGN_ID),
        (to_document(OWN), "ani\x00", RefusalReason.OUT_OF_BOUNDS),
    ],
    ids=["no application", "another region's", "an id of another region", "NUL in an actor"],
)
async def test_an_entry_that_cannot_be_applied_is_refused_and_later_ones_are_applied(
    hub_folder: Path,
    secret: Path,
    sumedang: OwnerData,
    body: dict[str, object],
    actor: str,
    reason: RefusalReason,
) -> None:
    toy = ToyOwner("32.11", list(sumedang[0]), sumedang[1])
    toy.entries.append(next_entry(toy.entries, body, actor))
    toy.entries.append(next_entry(toy.entries, to_document(OWN)))
    async with toy.running():
        endpoint = Endpoint(toy.url, ("32.11",), private=True, token_file=secret)
        async with following(hub_folder, endpoint) as (instance, _):
            source = await wait_until_source(
                instance, "32.11", lambda source: source.state is SourceState.FRESH
            )
            assert (source.problem, source.refused_count) == (None, 1)
            async with instance.database.read() as session:
                [refused] = await refused_entry.list_refused_entries(
                    session, "32.11", after=0, limit=2
                )
                assert (refused.sequence, refused.reason) == (len(sumedang[0]) + 1, reason)
                [stored] = await application.applications_by_id(session, [OWN.id])
                assert stored == OWN.id


async def test_clocks_that_are_wrong_by_an_hour_change_nothing(
    hub_folder: Path, secret: Path, sumedang: OwnerData
) -> None:
    entries: list[Entry] = []
    for entry in sumedang[0]:
        shifted = replace(entry, at=entry.at + timedelta(hours=1))
        entries.append(reseal_entry(shifted, entries[-1].hash if entries else "0" * 64))
    async with ToyOwner("32.11", entries, sumedang[1]).running() as toy:
        endpoint = Endpoint(toy.url, ("32.11",), private=True, token_file=secret)
        async with following(hub_folder, endpoint) as (instance, _):
            followed = await wait_until_source(
                instance, "32.11", lambda source: source.state is SourceState.FRESH
            )
            assert followed.as_of is not None
            assert followed.clock is ClockDeviation.AHEAD
            assert abs(datetime.now(followed.as_of.tzinfo) - followed.as_of) < timedelta(minutes=1)
            async with instance.database.read() as session:
                assert (await log_entries.read_log_head(session, "32.11"))[1] == entries[-1].hash


async def test_frames_that_lack_an_entry_heal_once_it_comes(
    hub_folder: Path, secret: Path, sumedang: OwnerData
) -> None:
    toy = ToyOwner("32.11", *sumedang)

    def without_entry_4(answer: Response) -> Response:
        entries = [entry for entry in answer["entries"] if entry["sequence"] != 4]
        return {**answer, "entries": entries}

    toy.on_frame = without_entry_4
    async with toy.running():
        endpoint = Endpoint(toy.url, ("32.11",), private=True, token_file=secret)
        async with following(hub_folder, endpoint) as (instance, _):
            source = await wait_until_source(
                instance,
                "32.11",
                lambda source: source.problem is SourceProblem.PROTOCOL_VIOLATION,
            )
            assert source.state is SourceState.UNREACHABLE
            assert source.detail == "expected entry 4 next, got 'entry 5'"
            async with instance.database.read() as session:
                assert (await log_entries.read_log_head(session, "32.11"))[0] < len(sumedang[0])
            toy.on_frame = lambda answer: answer
            await wait_until_source(
                instance, "32.11", lambda source: source.state is SourceState.FRESH
            )
            async with instance.database.read() as session:
                newest = sumedang[0][-1]
                assert await log_entries.read_log_head(session, "32.11") == (
                    newest.sequence,
                    newest.hash,
                )
