"""What processes over one database tell each other of its arrival log, so that not each must read it.

A broker is told what a process has read from the database, and brings what others have read. It may
lose, repeat, delay or forget all of it: the tail takes only what follows the newest it has, and reads
the database for the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

POLL_SECONDS = 1.0  # without news the database is looked at: what nobody tells is seen so late


class Numbered(Protocol):
    """What has a place in the arrival order."""

    @property
    def number(self) -> int:
        """The place, counted from 1 without a gap."""


Arrival = TypeVar("Arrival", bound=Numbered)
Arrival_contra = TypeVar("Arrival_contra", bound=Numbered, contravariant=True)


class ArrivalSink(Protocol[Arrival_contra]):
    """What a broker brings arrivals to: the tail of the arrival log."""

    @property
    def newest(self) -> int:
        """The number of the newest arrival that is there."""

    def take(self, arrivals: Sequence[Arrival_contra], /) -> None:
        """Take those that follow the newest one without a hole."""

    async def look(self) -> None:
        """Read from the database all that it has by now."""

    def wake(self) -> None:
        """Look at the database now, and from then on as often as the broker asks for."""


class Broker(Protocol[Arrival]):
    """Carries arrivals between the processes of one database."""

    @property
    def kind(self) -> str:
        """Its name for operators."""

    @property
    def reachable(self) -> bool:
        """Whether it works at present."""

    @property
    def fallbacks(self) -> int:
        """How often the database was read because of the broker: a hole, or it has failed."""

    @property
    def poll_seconds(self) -> float:
        """After how long without news the database is looked at."""

    def offer(self, arrivals: Sequence[Arrival]) -> None:
        """Take what was read from the database, to tell it; never waits."""

    async def run(self, tail: ArrivalSink[Arrival]) -> None:
        """Bring the tail what others tell, and tell what was offered, until cancelled."""


class MemoryBroker(Generic[Arrival]):
    """The broker of a process that tells no other: what others commit is found by looking."""

    kind = "memory"
    reachable = True
    fallbacks = 0
    poll_seconds = POLL_SECONDS

    def offer(self, arrivals: Sequence[Arrival]) -> None:
        """Tell nobody."""

    async def run(self, tail: ArrivalSink[Arrival]) -> None:
        """There is nothing to bring."""
