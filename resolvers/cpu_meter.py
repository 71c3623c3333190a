"""Measures the CPU time of an operation: on the event loop, in its tasks and in threads.

An operation on the event loop is a coroutine and the tasks that it starts. Each of their steps runs
between two measurements of the thread's CPU clock, so that the time in which other operations run
does not count. Work that is given to a thread is measured there, and that of a process at its end.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from resolvers.problems import OperationTooComplex

Value = TypeVar("Value")

INSTANCE = "instance"  # the client of work that the instance does on its own behalf


@dataclass(slots=True)
class CpuMeter:
    """The CPU time of one operation, and for which client it runs."""

    client: str = INSTANCE  # as `hub.admission.client` names it
    seconds: float = 0.0
    seconds_most: float = math.inf
    # Takes what is measured after the end of the operation, whose client may have left.
    charge_late: Callable[[float], None] | None = None

    def add_seconds(self, seconds: float) -> None:
        """Add CPU time that was measured elsewhere; call it in the event loop."""
        if self.charge_late is None:
            self.seconds += seconds
        else:
            self.charge_late(seconds)

    def add_process_seconds(self, seconds: float) -> None:
        """Add the CPU time of a process, which has a limit of its own; call it in the event loop."""
        self.seconds_most += seconds
        self.add_seconds(seconds)

    def check(self) -> None:
        """Raise OperationTooComplex if the operation has used all of its CPU time."""
        if self.seconds > self.seconds_most:
            raise OperationTooComplex(f"at most {self.seconds_most:g} seconds of CPU time")


_current_meter: ContextVar[CpuMeter | None] = ContextVar("current_meter", default=None)


def current_meter() -> CpuMeter | None:
    """Return the meter of the operation that the calling task runs for; None without one."""
    return _current_meter.get()


def current_client() -> str:
    """Return the client for which the calling task runs; INSTANCE if it is not measured."""
    meter = _current_meter.get()
    return INSTANCE if meter is None else meter.client


@contextmanager
def metered_thread() -> Iterator[None]:
    """Measure the block, which `asyncio.to_thread` runs for an operation that is measured."""
    meter = _current_meter.get()
    started = time.thread_time()
    try:
        yield
    finally:
        if meter is not None:
            meter.seconds += time.thread_time() - started


async def run_metered(coroutine: Coroutine[Any, Any, Value], meter: CpuMeter) -> Value:
    """Return the result of a coroutine; its CPU time, and that of its tasks, is added to the meter.

    Raises:
        OperationTooComplex: it has used `meter.seconds_most`.
    """
    token = _current_meter.set(meter)
    try:
        result: Value = await _MeasuredCoroutine(coroutine, meter)
        return result
    finally:
        _current_meter.reset(token)


def create_metered_task(
    loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any
) -> asyncio.Task[Any]:
    """Create a task; this is the task factory of an event loop whose operations are measured."""
    meter = _current_meter.get()
    if meter is not None and asyncio.iscoroutine(coroutine):
        coroutine = _MeasuredCoroutine(coroutine, meter)
    return asyncio.Task(coroutine, loop=loop, **options)


class _MeasuredCoroutine(Coroutine[Any, Any, Value]):
    """Runs a coroutine step by step, as the event loop or `await` asks, and measures each step.

    A step fails with OperationTooComplex once the meter has no CPU time left.
    """

    __slots__ = ("_coroutine", "_meter")

    def __init__(self, coroutine: Coroutine[Any, Any, Value], meter: CpuMeter) -> None:
        self._coroutine = coroutine
        self._meter = meter

    def __await__(self) -> Generator[Any, Any, Value]:
        return cast("Generator[Any, Any, Value]", self)

    def __iter__(self) -> _MeasuredCoroutine[Value]:
        return self

    def __next__(self) -> Any:
        return self.send(None)

    def send(self, value: Any) -> Any:
        started = time.thread_time()
        try:
            if self._meter.seconds <= self._meter.seconds_most:
                return self._coroutine.send(value)
            try:
                self._meter.check()
            except OperationTooComplex as exhausted:
                return self._coroutine.throw(exhausted)
        finally:
            self._meter.seconds += time.thread_time() - started

    def throw(self, *error: Any) -> Any:
        started = time.thread_time()
        try:
            return self._coroutine.throw(*error)
        finally:
            self._meter.seconds += time.thread_time() - started

    def close(self) -> None:
        self._coroutine.close()
