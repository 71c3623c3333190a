"""A snapshot replaces a copy only if its owner proves that it continues the copy."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from engine.log.entry import Entry, LogEntry, seal_entry
from engine.log.source import SourceProblem, SourceState
from regions.contract.response_values import ContractViolation
from regions.endpoint_directory import Endpoint
from regions.peer import PeerConnection, PeerUnreachable
from regions.replica_store import ReplicaPosition
from regions.replication_failure import HistoryChanged
from regions.snapshot_restore import SnapshotLimits, read_snapshot
from resolvers import region_log, region_source
from resolvers.context import Context, Instance
from resolvers.operation_budget import OperationBudget
from resolvers.problems import SnapshotRequired
from storage import log_entries
from tests.api import two_provinces
from tests.fixtures.eventually import eventually
from tests.regions.followed_owners import OwnerData, following, wait_until_source
from tests.regions.toy_owner import Response, ToyOwner

FORGET = "; if the owner's log is the right one, delete the copy with `simpul forget 32.11`"


def append_copies(entries: list[LogEntry], count: int, actor: str = "ani") -> list[LogEntry]:
    """Return the log with further entries that repeat its last one."""
    grown = list(entries)
    for _ in range(count):
        last = grown[-1]
        assert isinstance(last, Entry)
        grown.append(
            seal_entry(
                region=last.region,
                sequence=last.sequence + 1,
                at=last.at,
                actor=actor,
                kind=last.kind,
                subject=last.subject,
                visibility=last.visibility,
                body=last.body,
                salt=last.salt,
                previous_hash=last.hash,
            )
        )
    return grown


def position_of(entry: LogEntry) -> ReplicaPosition:
    return ReplicaPosition(entry.sequence, entry.hash)


@asynccontextmanager
async def connected(toy: ToyOwner, secret: Path) -> AsyncIterator[PeerConnection]:
    async with toy.running():
        endpoint = Endpoint(toy.url, ("32.11",), private=True, token_file=secret)
        async with PeerConnection.open(endpoint) as peer:
            yield peer


async def test_an_empty_copy_takes_a_snapshot_without_a_proof(
    secret: Path, sumedang: OwnerData
) -> None:
    toy = ToyOwner("32.11", *sumedang, first_hashes=2)
    async with connected(toy, secret) as peer:
        snapshot = await read_snapshot(peer, "32.11", ReplicaPosition(0, "0" * 64))
    assert (snapshot.newest, snapshot.rows) == (sumedang[0][-1], sumedang[1])
    assert not any("RegionLogHashes" in query for query in toy.queries)


async def test_a_copy_takes_a_snapshot_whose_entries_its_owner_proves(
    secret: Path, sumedang: OwnerData
) -> None:
    toy = ToyOwner("32.11", append_copies(sumedang[0], 23), sumedang[1])
    async with connected(toy, secret) as peer:
        snapshot = await read_snapshot(peer, "32.11", position_of(sumedang[0][-1]))
    assert snapshot.newest == toy.entries[-1]
    assert len([query for query in toy.queries if "RegionLogHashes" in query]) == 3


def prune_hashes(toy: ToyOwner) -> None:
    toy.first_hashes = len(toy.entries)


def rewrite_history(toy: ToyOwner) -> None:
    """Replace the last entry of the copy and all after it by others with valid hashes."""
    toy.entries = append_copies(toy.entries[:-4], 4, "editor")


def go_back(toy: ToyOwner) -> None:
    toy.entries = toy.entries[:-3]


def skip_an_entry(toy: ToyOwner) -> None:
    toy.on_hashes = lambda entries: [entries[0], *entries[2:]]


def answer_nothing(toy: ToyOwner) -> None:
    toy.on_hashes = lambda entries: []


def send_another_newest_entry(toy: ToyOwner) -> None:
    other = append_copies(toy.entries[:-1], 1, "editor")[-1]
    toy.on_page = lambda page: {**page, "newestEntry": toy.to_wire_entry(other)}


REFUSED: dict[str, tuple[Callable[[ToyOwner], None], Callable[[int], str]]] = {
    "hashes that are not kept": (
        prune_hashes,
        lambda last: f"the owner has no hashes of the entries after {last}",
    ),
    "another history": (
        rewrite_history,
        lambda last: (
            f"log of region 32.11 breaks at sequence {last + 1}: previous hash is not that of the entry before"
        ),
    ),
    "the entry of the copy": (
        go_back,
        lambda last: f"expected an entry after {last}, got entry {last}",
    ),
    "a gap": (
        skip_an_entry,
        lambda last: (
            f"log of region 32.11 breaks at sequence {last + 2}: "
            f"expected this sequence, got {last + 3}"
        ),
    ),
    "no hashes": (
        answer_nothing,
        lambda last: f"expected the hashes of the entries after {last}, got none",
    ),
    "another newest entry": (
        send_another_newest_entry,
        lambda last: f"expected entry {last + 3} as in the proof, got a different one",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_a_snapshot_without_its_proof_is_refused(
    secret: Path, sumedang: OwnerData, case: str
) -> None:
    change, reason = REFUSED[case]
    toy = ToyOwner("32.11", append_copies(sumedang[0], 3), sumedang[1])
    change(toy)
    last = sumedang[0][-1]
    async with connected(toy, secret) as peer:
        with pytest.raises(HistoryChanged) as raised:
            await read_snapshot(peer, "32.11", position_of(last))
    assert str(raised.value) == (
        f"the snapshot of region 32.11 does not continue the copy: {reason(last.sequence)}{FORGET}"
    )


async def test_the_last_hash_of_a_proof_is_that_of_the_newest_entry_even_if_the_log_goes_on(
    secret: Path, sumedang: OwnerData
) -> None:
    toy = ToyOwner("32.11", append_copies(sumedang[0], 5), sumedang[1])
    earlier = toy.entries[-3]
    toy.on_page = lambda page: {**page, "newestEntry": toy.to_wire_entry(earlier)}
    async with connected(toy, secret) as peer:
        snapshot = await read_snapshot(peer, "32.11", position_of(sumedang[0][-1]))
    assert snapshot.newest == earlier


def never_end(page: Response) -> Response:
    return {**page, "rows": [], "nextCursor": "0"}


@pytest.mark.parametrize(
    ("limits", "fault", "failure", "message"),
    [
        (SnapshotLimits(rows=5), None, ContractViolation, "expected a region of at most 5 rows"),
        (SnapshotLimits(pages=3), never_end, ContractViolation, "a snapshot of at most 3 pages"),
        (SnapshotLimits(row_bytes=99), None, ContractViolation, "a region of at most 99 bytes"),
        (SnapshotLimits(hash_pages=2), None, HistoryChanged, "a proof of at most 2 pages"),
        (
            SnapshotLimits(seconds=0.2, pages=1_000_000),
            never_end,
            PeerUnreachable,
            "no whole snapshot within 0.2 seconds",
        ),
    ],
    ids=["rows", "pages", "bytes", "hashes", "time"],
)
async def test_a_snapshot_and_its_proof_are_bounded(
    secret: Path,
    sumedang: OwnerData,
    limits: SnapshotLimits,
    fault: Callable[[Response], Response] | None,
    failure: type[Exception],
    message: str,
) -> None:
    toy = ToyOwner("32.11", append_copies(sumedang[0], 23), sumedang[1])
    toy.on_page = fault or toy.on_page
    async with connected(toy, secret) as peer:
        with pytest.raises(failure, match=message):
            await read_snapshot(peer, "32.11", position_of(sumedang[0][-1]), limits)


@pytest.mark.parametrize(("start", "received"), [(1, "OPD"), (1_000, "no row")])
async def test_the_first_row_of_a_snapshot_is_the_region(
    secret: Path, sumedang: OwnerData, start: int, received: str
) -> None:
    toy = ToyOwner("32.11", list(sumedang[0]), sumedang[1])

    def leave_out_rows(page: Response) -> Response:
        return {**page, "rows": page["rows"][start:], "nextCursor": None}

    toy.on_page = leave_out_rows
    async with connected(toy, secret) as peer:
        with pytest.raises(ContractViolation, match=f"is the region, got '{received}'"):
            await read_snapshot(peer, "32.11", replace(position_of(sumedang[0][-1]), sequence=0))


async def test_a_copy_that_has_diverged_takes_no_snapshot(
    secret: Path, sumedang: OwnerData
) -> None:
    toy = ToyOwner("32.11", append_copies(sumedang[0], 3), sumedang[1])
    position = replace(position_of(sumedang[0][-1]), has_diverged=True)
    async with connected(toy, secret) as peer:
        with pytest.raises(HistoryChanged, match="the owner's log contradicted the copy before"):
            await read_snapshot(peer, "32.11", position)
    assert toy.queries == []


async def test_a_hub_restores_a_proven_snapshot_and_refuses_one_that_rewrites_history(
    hub_folder: Path, secret: Path, sumedang: OwnerData, caplog: pytest.LogCaptureFixture
) -> None:
    first = sumedang[0][-1].sequence
    toy = ToyOwner("32.11", list(sumedang[0]), sumedang[1])

    async def send_only_snapshots() -> None:
        toy.first_sequence = toy.entries[-1].sequence + 1
        await toy.sockets[-1].close(1012)

    async with toy.running():
        endpoint = Endpoint(toy.url, ("32.11",), private=True, token_file=secret)
        async with following(hub_folder, endpoint, diverged_seconds=0.2) as (instance, _):
            await wait_until_source(
                instance, "32.11", lambda source: source.state is SourceState.FRESH
            )
            toy.entries = append_copies(toy.entries, 3)
            await send_only_snapshots()
            await wait_until_head(instance, toy.entries[-1])
            restored = (
                f"region 32.11 at {toy.url}: restored from a snapshot as of entry {first + 3}; "
                f"the copy had entry {first}"
            )

            def check_log() -> None:
                assert restored in caplog.messages

            await eventually(check_log)
            await check_that_the_hub_proves_the_run(instance, toy.entries, first)
            proven = toy.entries[-1]
            toy.entries = append_copies(toy.entries[:-1], 4, "editor")
            await send_only_snapshots()
            source = await wait_until_source(
                instance, "32.11", lambda source: source.state is SourceState.DIVERGED
            )
            assert source.problem is SourceProblem.HISTORY_CHANGED
            assert source.detail.endswith(FORGET)
            # The owner returns to the proven history, but a snapshot does not end DIVERGED.
            toy.entries = append_copies([*toy.entries[: first + 2], proven], 3)
            toy.first_sequence = toy.entries[-1].sequence + 1
            await wait_until_source(
                instance, "32.11", lambda source: "contradicted the copy before" in source.detail
            )
            await wait_until_head(instance, proven)
            toy.first_sequence = 1  # the feed proves each entry
            await wait_until_head(instance, toy.entries[-1])
            await wait_until_source(
                instance, "32.11", lambda source: source.state is SourceState.FRESH
            )


async def check_that_the_hub_proves_the_run(
    instance: Instance, entries: Sequence[LogEntry], after: int
) -> None:
    """Check that a follower of the hub gets no entries before the snapshot, and their hashes."""
    context = Context(instance, two_provinces.PROVINCE, OperationBudget(bounded=False))
    with pytest.raises(SnapshotRequired):
        async with aclosing(region_log.stream_log_frames(context, "32.11", after)) as frames:
            await anext(frames)
    hashes = await region_log.list_log_hashes(context, "32.11", after, 10)
    expected = [entry.withhold() for entry in entries[after:] if isinstance(entry, Entry)]
    assert hashes == expected
    async with aclosing(region_log.stream_log_frames(context, "32.11", after + 2)) as frames:
        assert (await anext(frames)).entries == (entries[after + 2],)
    [source] = await region_source.list_region_sources(context)
    assert source.base == entries[-1].sequence


async def wait_until_head(instance: Instance, newest: LogEntry) -> None:
    async def check_head() -> None:
        async with instance.database.read() as session:
            head = await log_entries.read_log_head(session, "32.11")
        assert head == (newest.sequence, newest.hash)

    await eventually(check_head)
