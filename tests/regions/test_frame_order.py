"""A frame that was lost, repeated or moved breaks the protocol; another hash breaks the history."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.log.entry import BrokenChain, WithheldEntry
from engine.log.source import SourceState
from regions.contract import RemoteLogFrame, RemoteLogHead
from regions.contract.response_values import ContractViolation
from regions.endpoint_directory import Endpoint
from regions.frame_order import check_frame_order
from regions.replica_store import ReplicaPosition
from storage import log_entries
from tests.regions.followed_owners import OwnerData, following, wait_until_source
from tests.regions.toy_owner import Response, ToyOwner

Delivery = Callable[[Response], list[Response]]


def repeat_second_frame() -> Delivery:
    count = 0

    def deliver(frame: Response) -> list[Response]:
        nonlocal count
        count += 1
        return [frame, frame] if count == 2 else [frame]

    return deliver


def lose_second_frame() -> Delivery:
    count = 0

    def deliver(frame: Response) -> list[Response]:
        nonlocal count
        count += 1
        return [] if count == 2 else [frame]

    return deliver


def swap_second_and_third_frame() -> Delivery:
    frames: list[Response] = []

    def deliver(frame: Response) -> list[Response]:
        frames.append(frame)
        if len(frames) == 2:
            return []
        return [frame, frames[1]] if len(frames) == 3 else [frame]

    return deliver


@pytest.mark.parametrize(
    ("fault", "detail"),
    [
        (repeat_second_frame, "expected entry 21 next, got 'entry 11'"),
        (lose_second_frame, "expected entry 11 next, got 'entry 21'"),
        (swap_second_and_third_frame, "expected entry 11 next, got 'entry 21'"),
    ],
)
async def test_a_feed_with_a_wrong_frame_is_resumed_at_once_and_never_diverged(
    hub_folder: Path,
    secret: Path,
    sumedang: OwnerData,
    caplog: pytest.LogCaptureFixture,
    fault: Callable[[], Delivery],
    detail: str,
) -> None:
    caplog.set_level(logging.WARNING, "regions")
    toy = ToyOwner("32.11", *sumedang, on_delivery=fault())
    async with toy.running():
        endpoint = Endpoint(toy.url, ("32.11",), private=True, token_file=secret)
        async with following(hub_folder, endpoint) as (instance, _):
            await wait_until_source(
                instance, "32.11", lambda source: source.state is SourceState.FRESH
            )
            async with instance.database.read() as session:
                newest = sumedang[0][-1]
                assert await log_entries.read_log_head(session, "32.11") == (
                    newest.sequence,
                    newest.hash,
                )
    assert caplog.messages == [
        f"region 32.11 at {toy.url}: UNREACHABLE: {detail}",
        f"region 32.11 at {toy.url}: replicated again",
    ]


POSITION = ReplicaPosition(5, "5" * 64)


def frame(*sequences: int, head: int, hash: str = "5" * 64) -> RemoteLogFrame:
    entries = [WithheldEntry("32.11", sequence, "", "", "", hash) for sequence in sequences]
    return RemoteLogFrame(RemoteLogHead(head, hash), tuple(entries))


@pytest.mark.parametrize(
    "read_frame",
    [frame(head=5), frame(6, 7, head=7), frame(6, head=9)],
    ids=["a heartbeat", "the next entries", "some of the next entries"],
)
def test_a_frame_in_order_passes(read_frame: RemoteLogFrame) -> None:
    check_frame_order("32.11", POSITION, read_frame, is_first=False)


@pytest.mark.parametrize(
    ("read_frame", "message"),
    [
        (frame(7, head=7), "expected entry 6 next, got 'entry 7'"),
        (frame(6, 8, head=8), "expected entry 7 next, got 'entry 8'"),
        (frame(5, head=5), "expected entry 6 next, got 'entry 5'"),
        (frame(7, 6, head=7), "expected entry 6 next, got 'entry 7'"),
        (frame(head=4), "expected an end of the log at entry 5 or later, got 'entry 4'"),
    ],
    ids=["a gap", "a gap inside", "a repetition", "a swap", "a repeated heartbeat"],
)
def test_a_frame_out_of_order_breaks_the_protocol(read_frame: RemoteLogFrame, message: str) -> None:
    with pytest.raises(ContractViolation) as raised:
        check_frame_order("32.11", POSITION, read_frame, is_first=False)
    assert str(raised.value) == message


def test_another_hash_at_the_newest_entry_contradicts_the_replica() -> None:
    with pytest.raises(BrokenChain, match="breaks at sequence 5: the owner has a different entry"):
        check_frame_order("32.11", POSITION, frame(5, head=5, hash="6" * 64), is_first=False)


def test_a_shorter_log_is_left_to_the_comparison_of_heads_in_the_first_frame() -> None:
    check_frame_order("32.11", POSITION, frame(head=4), is_first=True)
