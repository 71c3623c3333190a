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

from engine.log.entry import Entry, LogEntry, format_timestamp
from engine.log.snapshot import SnapshotRow
from engine.model import Visibility

Response = dict[str, Any]
Fault = Callable[[Response], Response | None]


@dataclass
class ToyOwner:
    """An owner: its data, its heartbeat interval, and its faults."""

    region: str
    entries: list[LogEntry]
    rows: Sequence[SnapshotRow]
    heartbeat_seconds: float = 0.1
    page_size: int = 10
    token: str = "secret"
    owner_url: str | None = None  # the URL that it states as the owner's
    accepted_offer: int | None = None  # the offered hand-over that it is ready to complete
    first_sequence: int = 1  # the sequence of the first entry that it still has
    first_hashes: int = 1  # the sequence of the first entry of which it still has the hashes
    can_see_drafts: bool = True  # False: the token does not cover the region
    # Each function changes a response before it is sent; None suppresses the response.
    on_head: Fault = lambda answer: answer
    on_frame: Fault = lambda answer: answer
    # Returns the frames to send instead of the next one.
    on_delivery: Callable[[Response], list[Response]] = lambda frame: [frame]
    on_page: Fault = lambda answer: answer
    on_hashes: Callable[[list[Response]], list[Response]] = lambda entries: entries
    on_refusal: Fault = lambda answer: answer
    url: str = ""
    queries: list[str] = field(default_factory=list)
    messages: list[Response] = field(default_factory=list)  # all received messages
    sockets: list[ServerConnection] = field(default_factory=list)  # all opened connections

    def head(self) -> Response:
        newest = self.entries[-1]
        return {
            "version": 3,
            "regionCode": self.region,
            "sequence": newest.sequence,
            "hash": newest.hash,
            "ownerUrl": self.owner_url,
            "acceptedOffer": self.accepted_offer,
        }

    async def serve(self, socket: ServerConnection) -> None:
        running: dict[str, asyncio.Task[None]] = {}
        self.sockets.append(socket)
        try:
            init = json.loads(await socket.recv())
            self.messages.append(init)
            is_authorized = init["payload"].get("authorization") == f"Bearer {self.token}"
            await socket.send('{"type":"connection_ack"}')
            async for text in socket:
                message = json.loads(text)
                self.messages.append(message)
                if message["type"] == "subscribe":
                    work = self._answer_operation(
                        socket, message["id"], message["payload"], is_authorized
                    )
                    running[message["id"]] = asyncio.create_task(work)
                elif message["type"] == "complete" and message["id"] in running:
                    running[message["id"]].cancel()
        except ConnectionClosed:
            pass
        finally:
            for task in running.values():
                task.cancel()
            await asyncio.gather(*running.values(), return_exceptions=True)

    async def _answer_operation(
        self, socket: ServerConnection, id: str, payload: Response, is_authorized: bool
    ) -> None:
        variables, query = payload["variables"], payload["query"]
        self.queries.append(query)

        async def send(fault: Callable[[Any], Any], name: str, answer: Any) -> None:
            changed = fault(answer)
            if changed is not None:
                result = {"data": {name: changed}}
                await socket.send(json.dumps({"id": id, "type": "next", "payload": result}))

        code = "FORBIDDEN" if not is_authorized else ""
        code = code or ("NOT_FOUND" if variables["regionCode"] != self.region else "")
        if variables.get("afterSequence") == -1:
            code = "INVALID_ARGUMENT"
        elif "afterSequence" in variables:
            first = self.first_sequence if "subscription" in query else self.first_hashes
            if variables["afterSequence"] + 1 < first:
                code = code or "SNAPSHOT_REQUIRED"
        if code:
            refusal = self.on_refusal({"message": "no", "extensions": {"code": code}})
            if refusal is not None:
                await socket.send(json.dumps({"id": id, "type": "error", "payload": [refusal]}))
                return
        if "query RegionLogHead" in query:
            await send(self.on_head, "regionLogHead", self.head())
        elif "query RegionSnapshot" in query:
            start = int(variables["after"] or 0)
            stop = start + self.page_size
            await send(
                self.on_page,
                "regionSnapshot",
                {
                    "version": 3,
                    "newestEntry": self.to_wire_entry(self.entries[-1]),
                    "rows": [{"kind": r.kind.value, "body": r.body} for r in self.rows[start:stop]],
                    "nextCursor": str(stop) if stop < len(self.rows) else None,
                },
            )
        elif "query RegionLogHashes" in query:
            following = [
                entry for entry in self.entries if entry.sequence > variables["afterSequence"]
            ][: self.page_size]
            hashes = [to_wire_hashes(entry) for entry in following]
            await send(self.on_hashes, "regionLogHashes", hashes)
        else:
            await self._send_frames(
                variables["afterSequence"], lambda frame: send(self.on_frame, "regionLog", frame)
            )
        await socket.send(json.dumps({"id": id, "type": "complete"}))

    async def _send_frames(self, after: int, send: Callable[[Response], Any]) -> None:
        while True:
            entries = [
                self.to_wire_entry(entry) for entry in self.entries if entry.sequence > after
            ][: self.page_size]
            for frame in self.on_delivery({"head": self.head(), "entries": entries}):
                await send(frame)
            if entries:
                after = entries[-1]["sequence"]
            else:
                await asyncio.sleep(self.heartbeat_seconds)

    def to_wire_entry(self, entry: LogEntry) -> Response:
        """Return an entry as JSON on the wire; as a stub if the reader may not see it."""
        full = entry if isinstance(entry, Entry) else None
        if full is not None and full.visibility is Visibility.REGION and not self.can_see_drafts:
            full = None
        return {
            "regionCode": entry.region,
            "at": None if full is None else format_timestamp(full.at),
            "actor": None if full is None else full.actor,
            "kind": None if full is None else full.kind.value,
            "subjectId": None if full is None else full.subject,
            "visibility": None if full is None else full.visibility.value,
            "body": None if full is None else full.body,
            "salt": None if full is None else full.salt,
            **to_wire_hashes(entry),
        }

    @asynccontextmanager
    async def running(self, tls: SSLContext | None = None) -> AsyncIterator[ToyOwner]:
        """Serve on a free port; with TLS, only for clients that the context admits."""
        protocols = [Subprotocol("graphql-transport-ws")]
        serving = serve(self.serve, "127.0.0.1", 0, subprotocols=protocols, ssl=tls)
        async with serving as server:
            port = next(iter(server.sockets)).getsockname()[1]
            scheme = "ws" if tls is None else "wss"
            self.url = f"{scheme}://127.0.0.1:{port}/graphql"
            yield self


def to_wire_hashes(entry: LogEntry) -> Response:
    """Return the hashes of an entry as JSON on the wire."""
    return {
        "sequence": entry.sequence,
        "headerHash": entry.header_hash,
        "bodyHash": entry.body_hash,
        "previousHash": entry.previous_hash,
        "hash": entry.hash,
    }
