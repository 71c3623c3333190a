"""Lets a few pieces of work run at once; those that wait take turns by client.

A client that lets a hundred pieces wait delays the others by one piece at a time, because the next
turn is that of the client whose turns took the least time lately. A client with a small piece now
and then therefore comes before all those that keep the queue busy.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from cachetools import LRUCache

from resolvers.problems import ClientBudgetExhausted

WAITING_MOST = 200  # of one client
CLIENTS_REMEMBERED = 1_000  # whose use is known; the others count as new
HALF_LIFE_SECONDS = 10.0  # after which half of what a client has used counts
RETRY_SECONDS = 1.0


@dataclass(eq=False, slots=True)
class Turn:
    """A piece of work that waits for its turn, on behalf of one client or several."""

    client: str  # that of the turn, once it is granted
    waiting_clients: set[str] = field(default_factory=set)
    began: float = 0.0
    granted: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


@dataclass(slots=True)
class _Use:
    """The seconds that a client's turns took, as they counted at one time."""

    seconds: float
    at: float

    def decayed(self, now: float) -> float:
        """Return what still counts."""
        return float(self.seconds * 0.5 ** ((now - self.at) / HALF_LIFE_SECONDS))


class FairQueue:
    """Grants turns: at most `slots` at once, at most `slots_per_client` of them to one client."""

    def __init__(
        self,
        slots: int,
        slots_per_client: int,
        *,
        waiting_most: int = WAITING_MOST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._slots = slots
        self._slots_per_client = slots_per_client
        self._waiting_most = waiting_most
        self._running: Counter[str] = Counter()
        # The turns of each client in their order; the clients in the order of their arrival.
        self._waiting: dict[str, deque[Turn]] = {}
        self._clock = clock
        self._uses: LRUCache[str, _Use] = LRUCache(CLIENTS_REMEMBERED)

    @asynccontextmanager
    async def turn(self, client: str) -> AsyncIterator[None]:
        """Run the block when it is the client's turn.

        Raises:
            ClientBudgetExhausted: too many pieces of this client wait already.
        """
        turn = self.enter(client)
        try:
            await turn.granted
            yield
        finally:
            self.leave(turn)

    def has_room(self, client: str) -> bool:
        """Whether a turn of this client would be granted at once."""
        has_slots = self._running.total() < self._slots
        return has_slots and self._running[client] < self._slots_per_client

    def enter(self, client: str) -> Turn:
        """Return a turn that waits, whose `granted` to await; `leave` it in any case.

        Raises:
            ClientBudgetExhausted: too many pieces of this client wait already.
        """
        turn = Turn(client)
        self.join(turn, client)
        return turn

    def join(self, turn: Turn, client: str) -> None:
        """Let a turn that waits do so on behalf of another client, too: the first turn grants it.

        Raises:
            ClientBudgetExhausted: too many pieces of this client wait already.
        """
        turns = self._waiting.get(client, deque())
        if len(turns) >= self._waiting_most:
            raise ClientBudgetExhausted(
                f"expected at most {self._waiting_most} operations of one client to wait for "
                "their turn, got more: wait for their results",
                RETRY_SECONDS,
            )
        turns.append(turn)
        turn.waiting_clients.add(client)
        self._waiting[client] = turns
        self._grant()

    def withdraw(self, turn: Turn, client: str) -> None:
        """Let a turn no longer wait on behalf of one of its clients."""
        if client in turn.waiting_clients:
            turn.waiting_clients.remove(client)
            self._waiting[client].remove(turn)
            if not self._waiting[client]:
                del self._waiting[client]

    def leave(self, turn: Turn) -> None:
        """End a turn, whether it was granted or still waits."""
        if turn.granted.done() and not turn.granted.cancelled():
            self._running[turn.client] -= 1
            if not self._running[turn.client]:
                del self._running[turn.client]
            now = self._clock()
            self._add_use(turn.client, now, now - turn.began)
        else:
            turn.granted.cancel()
            self._withdraw_from_all(turn)
        self._grant()

    def _grant(self) -> None:
        while self._running.total() < self._slots:
            client = self._next_client()
            if client is None:
                return
            turn = self._waiting[client][0]
            self._withdraw_from_all(turn)
            if turn.granted.cancelled():  # its task was cancelled, and leaves the turn soon
                continue
            turn.began = self._clock()
            self._running[client] += 1
            turn.client = client
            turn.granted.set_result(None)

    def _withdraw_from_all(self, turn: Turn) -> None:
        for client in [*turn.waiting_clients]:
            self.withdraw(turn, client)

    def _next_client(self) -> str | None:
        now = self._clock()
        return min(
            (client for client in self._waiting if self._running[client] < self._slots_per_client),
            key=lambda client: self._used_seconds(client, now),
            default=None,
        )

    def _used_seconds(self, client: str, now: float) -> float:
        use = self._uses.get(client)
        return 0.0 if use is None else use.decayed(now)

    def _add_use(self, client: str, now: float, seconds: float) -> None:
        self._uses[client] = _Use(self._used_seconds(client, now) + seconds, now)
