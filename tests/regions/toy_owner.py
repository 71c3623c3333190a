"""An owner other than Simpul, which serves the feed contract from lists and can break each promise.

It follows docs/protocol.md alone.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from engine.log.entry import Entry, format_timestamp
from engine.log.snapshot import SnapshotRow

Answer = dict[str, Any]
Fault = Callable[[Answer], Answer | None]


@dataclass
class Toy:
    """An owner: its data, its heartbeat interval, and its faults."""

    region: str
    entries: list[Entry]
    rows: Sequence[SnapshotRow]
    beat_seconds: float = 0.5
    page: int = 10
    token: str = "secret"
    owner: str | None = None  # the URL that it states as the owner's
    names_owners: bool = True  # False: its schema has no `owner` field yet
    kept_from: int = 1  # the sequence of the first entry that it still has
    # Each function changes a response before it is sent; None suppresses the response.
    on_head: Fault = lambda answer: answer
    on_frame: Fault = lambda answer: answer
    on_page: Fault = lambda answer: answer
    on_refusal: Fault = lambda answer: answer
    url: str = ""
    asked: list[str] = field(default_factory=list)
    messages: list[Answer] = field(default_factory=list)  # all received messages
    sockets: list[ServerConnection] = field(default_factory=list)  # all opened connections

    def head(self) -> Answer:
        newest = self.entries[-1]
        return {
            "version": 1,
            "region": self.region,
            "sequence": newest.sequence,
            "hash": newest.hash,
            "owner": self.owner,
        }

    async def serve(self, socket: ServerConnection) -> None:
        running: dict[str, asyncio.Task[None]] = {}
        self.sockets.append(socket)
        try:
            init = json.loads(await socket.recv())
            self.messages.append(init)
            known = init["payload"].get("authorization") == f"Bearer {self.token}"
            await socket.send('{"type":"connection_ack"}')
            async for text in socket:
                message = json.loads(text)
                self.messages.append(message)
                if message["type"] == "subscribe":
                    work = self._answer(socket, message["id"], message["payload"], known)
                    running[message["id"]] = asyncio.create_task(work)
                elif message["type"] == "complete" and message["id"] in running:
                    running[message["id"]].cancel()
        except ConnectionClosed:
            pass
        finally:
            for each in running.values():
                each.cancel()
            await asyncio.gather(*running.values(), return_exceptions=True)

    async def _answer(
        self, socket: ServerConnection, id: str, payload: Answer, known: bool
    ) -> None:
        given, query = payload["variables"], payload["query"]
        self.asked.append(query)

        async def send(fault: Fault, name: str, answer: Answer) -> None:
            changed = fault(answer)
            if changed is not None:
                result = {"data": {name: changed}}
                await socket.send(json.dumps({"id": id, "type": "next", "payload": result}))

        if "owner" in query and not self.names_owners:
            unknown = {"message": 'Cannot query field "owner" on type "FeedHead".'}
            await socket.send(json.dumps({"id": id, "type": "error", "payload": [unknown]}))
            return
        code = "FORBIDDEN" if not known else ""
        code = code or ("NOT_FOUND" if given["region"] != self.region else "")
        if given.get("after") == -1:
            code = "INVALID_ARGUMENT"
        elif "subscription" in query and given["after"] + 1 < self.kept_from:
            code = code or "SNAPSHOT_REQUIRED"
        if code:
            refusal = self.on_refusal({"message": "no", "extensions": {"code": code}})
            if refusal is not None:
                await socket.send(json.dumps({"id": id, "type": "error", "payload": [refusal]}))
                return
        if "feedHead" in query:
            await send(self.on_head, "feedHead", self.head())
        elif "snapshot" in query:
            start = int(given["after"] or 0)
            stop = start + self.page
            await send(
                self.on_page,
                "snapshot",
                {
                    "version": 1,
                    "newest": wire(self.entries[-1]),
                    "rows": [{"kind": r.kind.value, "body": r.body} for r in self.rows[start:stop]],
                    "cursor": str(stop) if stop < len(self.rows) else None,
                },
            )
        else:
            await self._feed(given["after"], lambda it: send(self.on_frame, "feed", it))
        await socket.send(json.dumps({"id": id, "type": "complete"}))

    async def _feed(self, after: int, send: Callable[[Answer], Any]) -> None:
        while True:
            some = [wire(each) for each in self.entries if each.sequence > after][: self.page]
            await send({"head": self.head(), "entries": some})
            if some:
                after = some[-1]["sequence"]
            else:
                await asyncio.sleep(self.beat_seconds)

    @asynccontextmanager
    async def running(self, tls: SSLContext | None = None) -> AsyncIterator[Toy]:
        """Serve on a free port; with TLS, only for clients that the context admits."""
        protocols = [Subprotocol("graphql-transport-ws")]
        serving = serve(self.serve, "127.0.0.1", 0, subprotocols=protocols, ssl=tls)
        async with serving as server:
            port = next(iter(server.sockets)).getsockname()[1]
            scheme = "ws" if tls is None else "wss"
            self.url = f"{scheme}://127.0.0.1:{port}/graphql"
            yield self


def wire(entry: Entry) -> Answer:
    """Return an entry as JSON on the wire."""
    return {
        "region": entry.region,
        "sequence": entry.sequence,
        "at": format_timestamp(entry.at),
        "actor": entry.actor,
        "kind": entry.kind.value,
        "subject": entry.subject,
        "visibility": entry.visibility.value,
        "body": entry.body,
        "bodyHash": entry.body_hash,
        "previousHash": entry.previous_hash,
        "hash": entry.hash,
    }
