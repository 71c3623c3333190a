"""An owner that fails or misstates again and again gets few log lines and long delays."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.log.refusal import RefusalReason, RefusedEntry
from engine.log.source import ClockDeviation, Source, SourceProblem, SourceState
from regions.backoff import STEADY_SECONDS, Backoff
from regions.endpoint_directory import Endpoint
from regions.log_allowance import LINE_SECONDS, LINES_AT_ONCE, LogAllowance
from regions.replication_failure import ReplicationFailure
from regions.source_states import SourceStates
from resolvers.replica_warnings import ReplicaWarnings

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FOREIGN, BOUNDS = RefusalReason.FOREIGN_ID, RefusalReason.OUT_OF_BOUNDS


class Seconds:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def refused(sequence: int, reason: RefusalReason) -> RefusedEntry:
    return RefusedEntry("32.12", sequence, reason, "expected\nno lines", NOW)


def test_a_region_has_a_few_lines_at_once_and_then_one_a_minute() -> None:
    clock = Seconds()
    allowance = LogAllowance(clock)
    assert [allowance.take("32.11") for _ in range(6)] == [True] * LINES_AT_ONCE + [False] * 2
    assert allowance.take("32.12")
    clock.now = LINE_SECONDS
    assert [allowance.take("32.11") for _ in range(2)] == [True, False]
    clock.now = 100 * LINE_SECONDS
    assert [allowance.take("32.11") for _ in range(6)] == [True] * LINES_AT_ONCE + [False] * 2


def test_refused_entries_share_a_line_that_counts_their_reasons(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = Seconds()
    warnings = ReplicaWarnings(LogAllowance(clock))
    page = [refused(sequence, FOREIGN) for sequence in range(1, 201)]
    warnings.record("32.12", page, None)
    for sequence in range(201, 211):
        warnings.record("32.12", [refused(sequence, BOUNDS)], None)
    text = "expected?no lines"
    first = f"entry 1: FOREIGN_ID: {text}"
    assert caplog.messages == [
        f"region 32.12: 200 entries from 1 to 200 are refused (FOREIGN_ID 200); {first}",
        *(
            f"region 32.12: entry {sequence} is refused: OUT_OF_BOUNDS: {text}"
            for sequence in (201, 202, 203)
        ),
    ]
    caplog.clear()
    warnings.record("32.12", [refused(211, FOREIGN)], None)
    warnings.log_rest()
    assert caplog.messages == []
    clock.now = LINE_SECONDS
    warnings.log_rest()
    warnings.log_rest()
    counted = (
        "region 32.12: 8 entries from 204 to 211 are refused (OUT_OF_BOUNDS 7, FOREIGN_ID 1); "
        f"entry 204: OUT_OF_BOUNDS: {text}"
    )
    assert caplog.messages == [counted]
    warnings.record("32.12", [refused(212, FOREIGN)], None)
    warnings.log_rest(is_end=True)
    last = f"region 32.12: entry 212 is refused: FOREIGN_ID: {text}"
    assert caplog.messages == [counted, last]


def test_a_clock_that_alternates_does_not_flood_the_log(caplog: pytest.LogCaptureFixture) -> None:
    clock = Seconds()
    warnings = ReplicaWarnings(LogAllowance(clock))
    for _ in range(50):
        warnings.record("32.12", [], ClockDeviation.AHEAD)
        warnings.record("32.12", [], ClockDeviation.BACKWARDS)
    line = "region 32.12: the clock of its owner: {}"
    expected = [line.format(word) for word in ("AHEAD", "BACKWARDS", "AHEAD", "BACKWARDS")]
    assert caplog.messages == expected
    clock.now = LINE_SECONDS
    warnings.record("32.12", [], None)
    assert caplog.messages == [*expected, line.format("its times are credible again")]


def test_failures_that_differ_each_time_do_not_flood_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock, sources = Seconds(), list[Source]()
    states = SourceStates(sources.append, LogAllowance(clock))
    endpoint = Endpoint("wss://node.example.id", ("32.12",))
    unreachable, violation = SourceState.UNREACHABLE, SourceProblem.PROTOCOL_VIOLATION
    for number in range(20):
        failure = ReplicationFailure(unreachable, violation, f"got {number}")
        states.record_failure(endpoint, "32.12", failure)
        states.record_fresh(endpoint, "32.12", NOW, None)
    start = "region 32.12 at wss://node.example.id: "
    assert caplog.messages == [
        f"{start}UNREACHABLE: got 0",
        f"{start}replicated again",
        f"{start}UNREACHABLE: got 1",
        f"{start}replicated again",
    ]
    caplog.clear()
    clock.now = LINE_SECONDS
    states.record_failure(endpoint, "32.12", ReplicationFailure(unreachable, violation, "got 20"))
    assert caplog.messages == [
        f"{start}UNREACHABLE: got 20 (36 lines before this one were left out)"
    ]
    assert sources[-1] == Source("32.12", endpoint.url, unreachable, None, violation, "got 20")
    assert len(sources) == 41


async def test_only_successes_that_last_make_the_delay_short_again() -> None:
    clock = Seconds()
    backoff = Backoff(0.001, clock)
    for expected in (0.002, 0.004, 0.008):
        backoff.record_success()  # one heartbeat, and then the next failure
        await backoff.wait()
        assert backoff.seconds == expected
        clock.now += STEADY_SECONDS
    backoff.record_success()
    clock.now += STEADY_SECONDS - 0.1
    backoff.record_success()
    assert backoff.seconds == 0.008
    clock.now += 0.1
    backoff.record_success()
    assert backoff.seconds == 0.5
