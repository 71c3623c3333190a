"""Three levels under writes with a hostile node: what the others notice, and what can be read of it.

    python -m benchmarks.hostile_node [--seconds 600] [--rate 5]

Real processes of two good nodes, their province and the nation run, each with its own database. The
nodes change applications `--rate` times a second each. The owner of a third region, which is no
Simpul, states everything that it may not state (`tests/regions/hostile_log.py`), one statement each
quarter of a second, each followed by one that it may. Every few statements it also breaks the
protocol: a repeated frame, a lost one, no frame, another history, and another history as a snapshot.

Prints the delay of the good changes from the request at the node until a subscriber of the province
and of the nation has the event, what was lost or came twice, whether the ranking and the identities
of the regions moved, the refusals in `sources` and in the logs, and the memory. All traffic is on
loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import cycle, pairwise
from pathlib import Path
from typing import Any

from engine.document import to_document
from engine.log.entry import Entry, LogEntry
from engine.log.entry_check import check_storable
from engine.log.refusal import EntryRefused
from engine.log.snapshot import RegionSnapshotRowKind, SnapshotRow
from engine.model import AssessmentKind, RegionKind, Role
from tests.fixtures.eventually import eventually
from tests.fixtures.processes import SimpulProcess, StartSimpul, start_processes
from tests.hub.live_client import EVENTS, Client, client
from tests.regions.hostile_log import (
    HOSTILE,
    PROVINCE,
    HostileLog,
    Statement,
    assessment_of,
    describe_region,
    good_statement,
    region_of,
    tricks,
)
from tests.regions.instances import SimpulInstance, wait_until_state
from tests.regions.toy_owner import Response, ToyOwner

NATION = "ID"
GOOD_REGIONS = {"32.11": "32.11:opd-dishub", "32.73": "32.73:opd-bappeda"}
APPLICATIONS = 10  # in each good region, which are changed in turn
STATEMENT_SECONDS = 0.25
REFUSAL_SECONDS = 120.0  # a follower waits for a minute after another history, and half to connect
WARM_UP_SECONDS = 3.0  # in which each process derives the events of its first changes
FAULT_SECONDS = 5.0  # for which the hostile owner breaks the protocol in one way
WRITTEN_KINDS = frozenset({"APPLICATION_UPDATED"})
DERIVED_KINDS = frozenset({"PROPOSALS_CHANGED", "VERIFICATION_CHANGED"})
UPDATE = """mutation ($input: UpdateApplicationInput!) { updateApplication(input: $input) {
  ... on Application { version } ... on Problem { message } } }"""
PICTURE = """{
  ranking(instrumentId: "spbe-2020", year: 2024, kind: OFFICIAL) {
    nodes { position region { code } score { index { display } } } }
  regions(first: 100) { nodes { code name kind parent { code } } } }"""
SOURCES = """query ($after: Int!) { sources {
  regionCode state problem clock refusedCount
  refusedEntries(first: 200, afterSequence: $after) { sequence reason detail } } }"""
REFUSED_LINE = re.compile(
    rf"region {re.escape(HOSTILE)}: (?:entry \d+ is refused: (?P<reason>[A-Z_]+): "
    r"|\d+ entries from \d+ to \d+ are refused \((?P<counts>[^)]*)\))"
)


@dataclass
class Report:
    """What a run measured, by the name of the level: `province` or `nation`."""

    written: Counter[str] = field(default_factory=Counter)  # changes by good region
    answers: list[float] = field(default_factory=list)  # milliseconds of the nodes' answers
    stated: Counter[str] = field(default_factory=Counter)  # what must be refused, by level
    faults: Counter[str] = field(default_factory=Counter)
    delays: dict[str, list[float]] = field(default_factory=dict)  # milliseconds
    lost: dict[str, int] = field(default_factory=dict)
    repeated: dict[str, int] = field(default_factory=dict)
    foreign: dict[str, int] = field(default_factory=dict)  # events of good regions of no node
    moved: dict[str, bool] = field(default_factory=dict)  # the ranking or an identity
    refused: dict[str, Counter[str]] = field(default_factory=dict)  # reasons in `sources`
    logged: dict[str, Counter[str]] = field(default_factory=dict)  # reasons in the log
    states: dict[str, set[str]] = field(default_factory=dict)  # of the hostile region
    problems: dict[str, set[str]] = field(default_factory=dict)
    memory: dict[str, tuple[float, float]] = field(default_factory=dict)  # MB before and after


@dataclass
class HostileOwner:
    """An owner that states what it may not, and breaks the protocol now and then."""

    toy: ToyOwner
    log: HostileLog
    report: Report

    @classmethod
    def create(cls, report: Report) -> HostileOwner:
        log = HostileLog(HOSTILE)
        entries: list[LogEntry] = [*log.append(*describe_region(HOSTILE))]
        toy = ToyOwner(HOSTILE, entries, [], heartbeat_seconds=0.2, page_size=50)
        return cls(toy, log, report)

    async def run(self, stop: asyncio.Event, fault_interval: float) -> None:
        """State every trick in turn, and commit a fault after each interval, until stopped."""
        faults = cycle(
            (self._repeat, self._lose, self._send_no_frame, self._rewrite, self._restore)
        )
        next_fault = time.monotonic() + fault_interval
        for trick in cycle(tricks().values()):
            if stop.is_set():
                return
            appended, _ = self._append(trick.statement, good_statement(self.log.sequence + 2))
            if trick.refused is not None:
                self.report.stated["province"] += 1
                # Of what is not storable the province has only the hashes, so the nation has
                # nothing to judge.
                self.report.stated["nation"] += _is_storable(appended)
            await asyncio.sleep(STATEMENT_SECONDS)
            if time.monotonic() > next_fault:
                await next(faults)()
                next_fault = time.monotonic() + fault_interval

    def _append(self, *statements: Statement) -> list[Entry]:
        appended = self.log.append(*statements)
        self.toy.entries.extend(appended)
        return appended

    async def _commit(self, name: str) -> None:
        """Let a fault last for FAULT_SECONDS, from a new connection on."""
        self.report.faults[name] += 1
        await self._disconnect()
        await asyncio.sleep(FAULT_SECONDS)
        self.toy.on_frame = lambda frame: frame
        self.toy.first_sequence = 1
        await self._disconnect()

    async def _disconnect(self) -> None:
        for socket in self.toy.sockets:
            await socket.close()
        self.toy.sockets.clear()

    async def _repeat(self) -> None:
        kept: list[Response] = []

        def repeat(frame: Response) -> Response:
            kept.append(frame)
            return kept[0]

        self.toy.on_frame = repeat
        await self._commit("repeated frames")

    async def _lose(self) -> None:
        self.toy.on_frame = lambda frame: {**frame, "entries": frame["entries"][1:]}
        self._append(good_statement(self.log.sequence + 1), good_statement(self.log.sequence + 2))
        await self._commit("lost entries")

    async def _send_no_frame(self) -> None:
        self.toy.on_frame = lambda frame: {"head": frame["head"], "entries": "\x1b[2J" * 10_000}
        await self._commit("no frames")

    async def _rewrite(self) -> None:
        entries = self.toy.entries
        self.toy.entries = self._other_history()
        await self._commit("another history")
        self.toy.entries = entries

    async def _restore(self) -> None:
        entries = self.toy.entries
        self.toy.entries = self._other_history()
        self.toy.first_sequence = len(entries) + 5  # so that the follower needs the snapshot
        official = AssessmentKind.OFFICIAL
        rows = (
            (RegionSnapshotRowKind.REGION, region_of(HOSTILE, "Jawa Barat", RegionKind.PROVINCE)),
            (RegionSnapshotRowKind.ASSESSMENT, assessment_of(HOSTILE, HOSTILE, official)),
        )
        self.toy.rows = [SnapshotRow(kind, to_document(row)) for kind, row in rows]
        await self._commit("another history as a snapshot")
        self.toy.entries = entries

    def _other_history(self) -> list[LogEntry]:
        """Return as long a log with another third entry, and valid hashes."""
        log, other = HostileLog(HOSTILE), list[LogEntry]()
        for entry in self.toy.entries:
            assert isinstance(entry, Entry)
            actor = "editor" if entry.sequence == 3 else entry.actor
            statement = Statement(entry.kind, entry.subject, entry.body, actor, entry.at)
            other += log.append(replace(statement, visibility=entry.visibility))
        return other


def _is_storable(entry: Entry) -> bool:
    try:
        check_storable(entry)
    except EntryRefused:
        return False
    return True


@dataclass
class Level:
    """An instance above the nodes, and what a subscriber of it received."""

    name: str
    instance: SimpulInstance
    client: Client
    received: dict[str, list[tuple[int, float]]] = field(
        default_factory=lambda: {code: [] for code in GOOD_REGIONS}
    )  # sequences and times of the changes by good region
    foreign: int = 0
    picture: Any = None
    memory: float = 0.0

    async def listen(self, after: str) -> None:
        """Record the events of the good regions until cancelled."""
        async with self.client.listening(EVENTS, after=after) as events:
            while True:
                event = await events.next(None)
                code, now = event["region"]["code"], time.monotonic()
                if code in GOOD_REGIONS and event["eventKind"] in WRITTEN_KINDS:
                    self.received[code].append((event["sequence"], now))
                elif (
                    event["eventKind"] == "INDEX_CHANGED"
                    or code in GOOD_REGIONS
                    and event["eventKind"] not in DERIVED_KINDS
                ):
                    self.foreign += 1

    async def watch(self, report: Report) -> None:
        """Record the states of the hostile region, and whether the picture moves."""
        while True:
            source = await self._read_source(0)
            report.states.setdefault(self.name, set()).add(source["state"])
            if source["problem"] is not None:
                report.problems.setdefault(self.name, set()).add(source["problem"])
            if await self.client.ask(PICTURE) != self.picture:
                report.moved[self.name] = True
            await asyncio.sleep(1.0)

    async def list_refusals(self) -> Counter[str]:
        """Return the number of refusals in `sources` by reason, page by page."""
        reasons, after = Counter[str](), 0
        while True:
            source = await self._read_source(after)
            if not source["refusedEntries"]:
                assert reasons.total() == source["refusedCount"]
                return reasons
            reasons.update(entry["reason"] for entry in source["refusedEntries"])
            after = source["refusedEntries"][-1]["sequence"]

    async def _read_source(self, after: int) -> Any:
        sources = (await self.client.ask(SOURCES, after=after))["sources"]
        [source] = [source for source in sources if source["regionCode"] == HOSTILE]
        return source


@dataclass
class Writer:
    """Changes the applications of a good region at a rate, each change once."""

    code: str
    client: Client
    applications: list[str] = field(default_factory=list)
    sent_at: list[float] = field(default_factory=list)
    answered_after: list[float] = field(default_factory=list)  # milliseconds

    async def prepare(self) -> None:
        for number in range(APPLICATIONS):
            name = f"Uji {number} {'abcdefghij'[number] * 6}"
            self.applications.append(
                await self.client.register(self.code, GOOD_REGIONS[self.code], name)
            )

    async def run(self, stop: asyncio.Event, rate: float) -> None:
        started_at = time.monotonic()
        while not stop.is_set():
            count = len(self.sent_at)
            await asyncio.sleep(max(0.0, started_at + count / rate - time.monotonic()))
            turn, number = divmod(count, APPLICATIONS)
            change = {
                "id": self.applications[number],
                "version": turn + 1,
                "users": count + 1,
            }
            self.sent_at.append(time.monotonic())
            response = (await self.client.ask(UPDATE, input=change))["updateApplication"]
            assert response == {"version": turn + 2}, response
            self.answered_after.append(1000 * (time.monotonic() - self.sent_at[-1]))


async def run_levels(start: StartSimpul, folder: Path, seconds: float, rate: float) -> Report:
    """Run the three levels and the hostile owner, and return what was measured."""
    report = Report()
    owner = HostileOwner.create(report)
    nodes = {
        code: await SimpulInstance(folder / f"node-{code}").prepare(code) for code in GOOD_REGIONS
    }
    province = await SimpulInstance(folder / "province").prepare(PROVINCE)
    nation = await SimpulInstance(folder / "nation").prepare(NATION)
    async with AsyncExitStack() as stack:
        toy = await stack.enter_async_context(owner.toy.running())
        directory = province.follow(*((node, [code]) for code, node in nodes.items()))
        (directory.parent / "hostile.token").write_text(toy.token)
        directory.write_text(
            f'{directory.read_text()}[[endpoint]]\nurl = "{toy.url}"\nregions = ["{HOSTILE}"]\n'
            'token_file = "hostile.token"\nprivate = true\n'
        )
        nation.follow((province, [PROVINCE, HOSTILE, *GOOD_REGIONS]))
        for node in nodes.values():
            node.follow((province, [PROVINCE]))
        for instance in (*nodes.values(), province, nation):
            await asyncio.to_thread(instance.serve, start)
        writers = [
            Writer(code, await stack.enter_async_context(client(node.running, Role.PROVINCE)))
            for code, node in nodes.items()
        ]
        for writer in writers:
            await writer.prepare()
        levels = [
            Level(
                name, level, await stack.enter_async_context(client(level.running, Role.PROVINCE))
            )
            for name, level in (("province", province), ("nation", nation))
        ]
        await _wait_until_copied(nodes, levels)
        await asyncio.sleep(WARM_UP_SECONDS)
        first = {code: await node.count_entries(code) for code, node in nodes.items()}
        await stack.enter_async_context(_observed(levels, report))
        await _write(writers, owner, seconds, rate)
        await _finish(nodes, levels, report)
    last = {writer.code: first[writer.code] + len(writer.sent_at) for writer in writers}
    for writer in writers:
        report.written[writer.code] = len(writer.sent_at)
        report.answers += writer.answered_after
    for level in levels:
        _compare(level, writers, first, last, report)
        # The end of the server logs the refusals that have waited for their line.
        await asyncio.to_thread(level.instance.running.stop)
        report.logged[level.name] = count_logged_refusals(level.instance.running.log.read_text())
    return report


async def _wait_until_copied(nodes: dict[str, SimpulInstance], levels: Sequence[Level]) -> None:
    for level in levels:
        for code in (*nodes, HOSTILE):
            await wait_until_state(level.client, code, "FRESH")
        for code, node in nodes.items():
            await _wait_until_length(level.instance, code, await node.count_entries(code))


async def _wait_until_length(copy: SimpulInstance, code: str, length: int) -> None:
    async def is_copied() -> None:
        assert await copy.count_entries(code) == length

    await eventually(is_copied)


@asynccontextmanager
async def _observed(levels: Sequence[Level], report: Report) -> AsyncIterator[None]:
    """Observe the levels for as long as the block runs; an observer that fails fails the run."""
    tasks = []
    for level in levels:
        level.picture = await level.client.ask(PICTURE)
        level.memory = resident_megabytes(level.instance.running)
        report.moved[level.name] = False
        after = await level.client.cursor()
        tasks += [
            asyncio.create_task(level.listen(after)),
            asyncio.create_task(level.watch(report)),
        ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome


async def _write(
    writers: Sequence[Writer], owner: HostileOwner, seconds: float, rate: float
) -> None:
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for writer in writers:
            group.create_task(writer.run(stop, rate))
        group.create_task(owner.run(stop, max(FAULT_SECONDS, seconds / 20)))
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), seconds)
        stop.set()


async def _finish(
    nodes: dict[str, SimpulInstance], levels: Sequence[Level], report: Report
) -> None:
    """Wait until every good change has arrived and every refusal can be read."""
    for level in levels:
        for code, node in nodes.items():
            await _wait_until_length(level.instance, code, await node.count_entries(code))

        async def has_all_refusals(level: Level = level) -> None:
            report.refused[level.name] = await level.list_refusals()
            assert report.refused[level.name].total() == report.stated[level.name]

        with suppress(AssertionError):  # the report shows what is missing
            await eventually(has_all_refusals, seconds=REFUSAL_SECONDS, every=1.0)
        before, after = level.memory, resident_megabytes(level.instance.running)
        report.memory[level.name] = (before, after)
    await asyncio.sleep(1.0)  # for the last events


def _compare(
    level: Level,
    writers: Sequence[Writer],
    first: dict[str, int],
    last: dict[str, int],
    report: Report,
) -> None:
    delays, lost, repeated = list[float](), 0, 0
    for writer in writers:
        received = level.received[writer.code]
        sequences = [sequence for sequence, _ in received]
        expected = range(first[writer.code] + 1, last[writer.code] + 1)
        lost += len(set(expected) - set(sequences))
        repeated += len(sequences) - len(set(sequences))
        assert all(before < after for before, after in pairwise(sequences))
        times = dict(received)
        delays += [
            1000 * (times[sequence] - sent_at)
            for sequence, sent_at in zip(expected, writer.sent_at, strict=True)
            if sequence in times
        ]
    report.delays[level.name], report.foreign[level.name] = delays, level.foreign
    report.lost[level.name], report.repeated[level.name] = lost, repeated


def count_logged_refusals(log: str) -> Counter[str]:
    """Return the number of refusals in a log by reason."""
    reasons = Counter[str]()
    for match in REFUSED_LINE.finditer(log):
        if match["reason"]:
            reasons[match["reason"]] += 1
        else:
            for reason, count in map(str.split, match["counts"].split(", ")):
                reasons[reason] += int(count)
    return reasons


def resident_megabytes(process: SimpulProcess) -> float:
    """Return the resident memory of a process."""
    status = Path(f"/proc/{process.process.pid}/status").read_text()
    match = re.search(r"VmRSS:\s+(\d+)", status)
    assert match is not None
    return int(match[1]) / 1024


def print_report(report: Report) -> None:
    """Print a report for a person."""
    write = sys.stdout.write
    write(
        f"{report.written.total()} changes of {len(report.written)} good nodes; "
        f"{report.stated['province']} statements that must be refused; faults: {dict(report.faults)}\n"
    )
    percent = statistics.quantiles(report.answers, n=100)
    write(f"answers of the nodes: p50 {percent[49]:.0f} ms, p99 {percent[98]:.0f} ms\n")
    for name, delays in report.delays.items():
        percent = statistics.quantiles(delays, n=100)
        before, after = report.memory[name]
        write(
            f"{name}: p50 {percent[49]:.0f} ms, p99 {percent[98]:.0f} ms; "
            f"{report.lost[name]} lost, {report.repeated[name]} came twice; "
            f"ranking and identities {'MOVED' if report.moved[name] else 'unchanged'}, "
            f"{report.foreign[name]} foreign events; {before:.0f} MB before, {after:.0f} MB after\n"
            f"  states {sorted(report.states[name])}, "
            f"problems {sorted(report.problems.get(name, ()))}\n"
            f"  {report.refused[name].total()} of {report.stated[name]} refusals in sources: "
            f"{dict(report.refused[name])}\n"
            f"  in the log: {dict(report.logged[name])}\n"
        )


def main() -> None:
    """Run the levels, and print what was measured."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--seconds", type=float, default=600.0)
    arguments.add_argument("--rate", type=float, default=5.0, help="changes a second of a node")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name, start_processes(Path(name)) as start:
        print_report(asyncio.run(run_levels(start, Path(name), options.seconds, options.rate)))


if __name__ == "__main__":
    main()
