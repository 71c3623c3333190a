"""The interface of brokers, which pass arrivals that one process has read to the other processes.

A process offers the broker what it has read from the database, and the broker delivers what other
processes have read. A broker may lose, repeat, delay or drop arrivals. The tail takes only those
that directly follow its newest arrival, and reads the database for the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

POLL_SECONDS = 1.0  # between polls of the database: the longest delay when no broker delivers


class Numbered(Protocol):
    """An item with a position in the arrival order."""

    @property
    def number(self) -> int:
        """The position, which counts from 1 without gaps."""


Arrival = TypeVar("Arrival", bound=Numbered)
Arrival_contra = TypeVar("Arrival_contra", bound=Numbered, contravariant=True)


class ArrivalSink(Protocol[Arrival_contra]):
    """The receiver of a broker's arrivals: the tail of the arrival log."""

    @property
    def newest(self) -> int:
        """The number of the newest arrival that the sink has."""

    def accept(self, arrivals: Sequence[Arrival_contra], /) -> None:
        """Take the arrivals that follow the newest one without a gap."""

    async def read_new_arrivals(self) -> None:
        """Read all new arrivals from the database."""

    def wake(self) -> None:
        """Poll the database now, and from then on at the interval of the broker."""


class Broker(Protocol[Arrival]):
    """Carries arrivals between the processes of one database."""

    @property
    def kind(self) -> str:
        """The name of the broker for operators."""

    @property
    def reachable(self) -> bool:
        """Whether the broker works at present."""

    @property
    def fallbacks(self) -> int:
        """How often a gap or a failure of the broker caused a read of the database."""

    @property
    def poll_seconds(self) -> float:
        """The interval at which the tail polls the database, in seconds."""

    def offer(self, arrivals: Sequence[Arrival]) -> None:
        """Queue arrivals that were read from the database for publication; never waits."""

    def begin_epoch(self, epoch: str) -> None:
        """Carry only the arrivals of this epoch from now on."""

    async def run(self, tail: ArrivalSink[Arrival]) -> None:
        """Deliver the arrivals of other processes and publish those offered, until cancelled."""


class MemoryBroker(Generic[Arrival]):
    """A broker without other processes: the tail finds their commits by polling the database."""

    kind = "memory"
    reachable = True
    fallbacks = 0
    poll_seconds = POLL_SECONDS

    def offer(self, arrivals: Sequence[Arrival]) -> None:
        """Do nothing: there is no other process to publish to."""

    def begin_epoch(self, epoch: str) -> None:
        """Do nothing: there are no arrivals of an earlier epoch."""

    async def run(self, tail: ArrivalSink[Arrival]) -> None:
        """Return at once: there is nothing to deliver."""
