"""The fair queue: clients take turns, however many pieces of work each lets wait."""

from __future__ import annotations

import asyncio

import pytest

from resolvers.fair_queue import FairQueue, Turn
from resolvers.problems import ClientBudgetExhausted


def granted(**turns: Turn) -> list[str]:
    """Return the names of the turns that are granted."""
    return [name for name, turn in turns.items() if turn.granted.done()]


async def test_a_single_piece_of_another_client_comes_second() -> None:
    queue = FairQueue(1, 1)
    crowd = [queue.enter("a") for _ in range(20)]
    single = queue.enter("b")
    order = []
    waiting = {**{f"a{number}": turn for number, turn in enumerate(crowd)}, "b": single}
    while waiting:
        [name] = granted(**waiting)
        order.append(name)
        queue.leave(waiting.pop(name))
    assert order == ["a0", "b", *(f"a{number}" for number in range(1, 20))]


async def test_a_new_client_comes_before_those_that_had_a_turn() -> None:
    queue = FairQueue(2, 1)
    a1, b1, a2, b2 = (queue.enter(client) for client in "abab")
    c1 = queue.enter("c")
    assert granted(a1=a1, b1=b1, a2=a2, b2=b2, c1=c1) == ["a1", "b1"]
    queue.leave(a1)
    assert granted(a2=a2, b2=b2, c1=c1) == ["c1"]
    queue.leave(c1)
    assert granted(a2=a2, b2=b2) == ["a2"]


async def test_one_client_does_not_take_all_slots() -> None:
    queue = FairQueue(2, 1)
    a1, a2, b1 = (queue.enter(client) for client in "aab")
    assert granted(a1=a1, a2=a2, b1=b1) == ["a1", "b1"]
    queue.leave(b1)
    assert granted(a2=a2) == []
    queue.leave(a1)
    assert granted(a2=a2) == ["a2"]


async def test_a_joined_turn_is_granted_at_the_first_turn_of_either_client() -> None:
    queue = FairQueue(1, 1)
    a1, a2, a3 = (queue.enter("a") for _ in range(3))
    queue.join(a3, "b")
    queue.leave(a1)
    assert granted(a2=a2, a3=a3) == ["a3"]
    assert a3.client == "b"
    queue.leave(a3)
    assert granted(a2=a2) == ["a2"]
    queue.leave(a2)
    assert granted(a4=queue.enter("a")) == ["a4"]  # no turn of a3 is left


async def test_a_turn_can_be_withdrawn_for_one_of_its_clients() -> None:
    queue = FairQueue(1, 1)
    a1, a2, a3 = (queue.enter("a") for _ in range(3))
    queue.join(a3, "b")
    queue.withdraw(a3, "b")
    queue.leave(a1)
    assert granted(a2=a2, a3=a3) == ["a2"]


async def test_a_turn_that_is_left_while_it_waits_is_skipped() -> None:
    queue = FairQueue(1, 1)
    a1, a2, b1 = (queue.enter(client) for client in "aab")
    queue.leave(b1)
    assert b1.granted.cancelled()
    queue.leave(a1)
    assert granted(a2=a2) == ["a2"]


async def test_a_task_that_is_cancelled_while_it_waits_leaves_its_turn() -> None:
    queue, order = FairQueue(1, 1), []

    async def work(client: str) -> None:
        async with queue.turn(client):
            order.append(client)

    first = queue.enter("a")
    cancelled, other = asyncio.create_task(work("b")), asyncio.create_task(work("c"))
    await asyncio.sleep(0)
    cancelled.cancel()
    queue.leave(first)  # before the cancelled task runs again
    await asyncio.gather(cancelled, other, return_exceptions=True)
    assert order == ["c"]


async def test_the_pieces_of_one_client_that_wait_are_bounded() -> None:
    queue = FairQueue(1, 1, waiting_most=2)
    turns = [queue.enter("a") for _ in range(3)]
    with pytest.raises(ClientBudgetExhausted) as refused:
        queue.enter("a")
    assert refused.value.extensions == {
        "code": "CLIENT_BUDGET_EXHAUSTED",
        "retryAfterSeconds": 1,
    }
    other = queue.enter("b")
    with pytest.raises(ClientBudgetExhausted):
        queue.join(other, "a")
    queue.leave(turns[0])
    assert granted(a=turns[1], b=other) == ["b"]


async def test_the_client_whose_turns_took_the_least_time_lately_is_next() -> None:
    seconds = 0.0
    queue = FairQueue(1, 1, clock=lambda: seconds)
    order = []
    for client, took in [("a", 3.0), ("b", 1.0), ("c", 2.0)]:
        turn = queue.enter(client)
        seconds += took
        queue.leave(turn)
    waiting = {client: queue.enter(client) for client in "dabc"}
    while waiting:
        [name] = granted(**waiting)
        order.append(name)
        queue.leave(waiting.pop(name))
    assert order == ["d", "b", "c", "a"]


async def test_what_a_client_used_counts_half_after_ten_seconds() -> None:
    seconds = 0.0
    queue = FairQueue(1, 1, clock=lambda: seconds)
    turn = queue.enter("a")
    seconds += 3.0
    queue.leave(turn)
    seconds += 10.0
    turn = queue.enter("b")
    seconds += 2.0
    queue.leave(turn)
    turn, b, a = queue.enter("c"), queue.enter("b"), queue.enter("a")
    queue.leave(turn)
    assert granted(a=a, b=b) == ["a"]
