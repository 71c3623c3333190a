"""Lets a few pieces of work run at once; those that wait take turns by client.

A client that lets a hundred pieces wait delays the others by one piece at a time, because the next
turn is that of the client whose last turn is the longest ago.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from resolvers.problems import ClientBudgetExhausted

WAITING_MOST = 200  # of one client
RETRY_SECONDS = 1.0


@dataclass(eq=False, slots=True)
class Turn:
    """A piece of work that waits for its turn, on behalf of one client or several."""

    client: str  # that of the turn, once it is granted
    granted: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class FairQueue:
    """Grants turns: at most `slots` at once, at most `slots_per_client` of them to one client."""

    def __init__(
        self, slots: int, slots_per_client: int, *, waiting_most: int = WAITING_MOST
    ) -> None:
        self._slots = slots
        self._slots_per_client = slots_per_client
        self._waiting_most = waiting_most
        self._running: Counter[str] = Counter()
        # The turns of each client in their order; the clients in the order of their next turns.
        self._waiting: OrderedDict[str, deque[Turn]] = OrderedDict()

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

    def enter(self, client: str) -> Turn:
        """Return a turn that waits, whose `granted` to await; `leave` it in any case.

        Raises:
            ClientBudgetExhausted: too many pieces of this client wait already.
        """
        turn = Turn(client)
        self.join(turn, client)
        self._grant()
        return turn

    def join(self, turn: Turn, client: str) -> None:
        """Let a turn wait on behalf of another client, too: the first one's turn grants it.

        Raises:
            ClientBudgetExhausted: too many pieces of this client wait already.
        """
        turns = self._waiting.setdefault(client, deque())
        if len(turns) >= self._waiting_most:
            raise ClientBudgetExhausted(
                f"expected at most {self._waiting_most} operations of one client to wait for "
                "their turn, got more: wait for their results",
                RETRY_SECONDS,
            )
        turns.append(turn)

    def leave(self, turn: Turn) -> None:
        """End a turn, whether it was granted or still waits."""
        if turn.granted.done() and not turn.granted.cancelled():
            self._running[turn.client] -= 1
            if not self._running[turn.client]:
                del self._running[turn.client]
        else:
            turn.granted.cancel()
            for client, turns in [*self._waiting.items()]:
                if turn in turns:
                    turns.remove(turn)
                    if not turns:
                        del self._waiting[client]
        self._grant()

    def _grant(self) -> None:
        while self._running.total() < self._slots:
            turn = self._next_turn()
            if turn is None:
                return
            self._running[turn.client] += 1
            turn.granted.set_result(None)

    def _next_turn(self) -> Turn | None:
        for client, turns in [*self._waiting.items()]:
            while turns and turns[0].granted.done():  # granted as a turn of another client
                turns.popleft()
            if not turns:
                del self._waiting[client]
            elif self._running[client] < self._slots_per_client:
                self._waiting.move_to_end(client)
                turn = turns.popleft()
                turn.client = client
                return turn
        return None
