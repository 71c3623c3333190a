"""The queue of requests, with clocks of the test."""

from __future__ import annotations

import pytest

from hub.admission.request_queue import QueuedRequest, RequestQueue
from resolvers.problems import ServerBusy


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def fill(queue: RequestQueue, count: int, address: str = "a") -> list[QueuedRequest]:
    requests = [QueuedRequest(queue, address) for _ in range(count)]
    for request in requests:
        request.enter()
    return requests


def test_is_full_when_the_requests_before_take_longer_than_the_limit() -> None:
    queue = RequestQueue(clock=Clock(), cpu_clock=Clock())
    fill(queue, 125)  # at 2 ms each
    assert not queue.is_full("a")
    [last] = fill(queue, 1)
    assert queue.is_full("a")
    last.begin()
    last.leave()  # a second time
    assert (queue.waiting, queue.is_full("a")) == (125, False)


def test_the_time_of_a_request_follows_the_cpu_time_in_which_others_left() -> None:
    clock, cpu_clock = Clock(), Clock()
    queue = RequestQueue(clock=clock, cpu_clock=cpu_clock)
    requests = fill(queue, 60)
    clock.now += 0.2
    cpu_clock.now += 0.08
    for request in requests[:20]:
        request.leave()
    # The first one that left ended a window, in which one request took 80 ms, counted as 10 ms.
    assert queue.service_seconds == pytest.approx(0.002 + 0.3 * (0.010 - 0.002))
    clock.now += 0.2
    cpu_clock.now += 0.02
    requests[20].leave()  # the second window: 20 requests in 20 ms
    assert queue.service_seconds == pytest.approx(0.0044 + 0.3 * (0.001 - 0.0044))


@pytest.mark.parametrize(("waiting", "is_refused"), [(99, False), (100, True)])
def test_a_request_that_has_waited_too_long_is_refused_if_many_wait(
    waiting: int, is_refused: bool
) -> None:
    clock = Clock()
    queue = RequestQueue(clock=clock, cpu_clock=Clock())
    first, *_ = fill(queue, waiting)
    clock.now += 0.26
    if is_refused:
        with pytest.raises(ServerBusy) as refusal:
            first.begin()
        assert refusal.value.retry_after in (1, 2, 3)
    else:
        first.begin()
    assert (queue.waiting, queue.refused) == (waiting - 1, int(is_refused))


def test_a_request_whose_body_is_not_complete_does_not_wait() -> None:
    queue = RequestQueue()
    request = QueuedRequest(queue, "a")
    request.begin()
    request.leave()
    assert queue.waiting == 0


def test_an_address_with_few_requests_is_not_refused_for_those_of_others() -> None:
    queue = RequestQueue(clock=Clock(), cpu_clock=Clock())
    fill(queue, 200)
    assert (queue.is_full("a"), queue.is_full("b")) == (True, False)
    fill(queue, 4, "b")
    assert (queue.is_full("b"), queue.is_full("c")) == (True, False)
    fill(queue, 2_000)  # one address fills the queue for itself only
    assert (queue.is_full("a"), queue.is_full("c")) == (True, False)
    for number in range(124):  # four of each address; with them, 504 take more than a second
        fill(queue, 4, f"address {number}")
    assert queue.is_full("c")


def test_requests_that_leave_make_room_for_the_other_addresses() -> None:
    queue = RequestQueue(clock=Clock(), cpu_clock=Clock())
    addresses = [fill(queue, 5, f"address {number}") for number in range(126)]
    assert queue.is_full("c")
    for requests in addresses:
        requests[0].leave()
    assert queue.is_full("c")  # four of each address still wait
    for requests in addresses:
        requests[1].leave()
    assert (queue.is_full("address 0"), queue.is_full("c")) == (False, False)


def test_a_request_waits_once() -> None:
    queue = RequestQueue(clock=Clock(), cpu_clock=Clock())
    request = QueuedRequest(queue, "a")
    request.enter()
    request.enter()
    assert queue.waiting == 1
    request.leave()
    request.enter()
    assert queue.waiting == 0
