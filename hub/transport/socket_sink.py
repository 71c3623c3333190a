"""A shared subscription on a socket: it writes messages, and waits for the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import orjson

from hub.transport.subscriber import Subscriber, SubscriberAccount
from hub.transport.websocket_protocol import (
    TOO_SLOW,
    TRY_AGAIN_LATER,
    FrameProtocol,
    frame_messages,
)
from realtime.message import Batch

if TYPE_CHECKING:
    from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import Operation


class SocketSink(Subscriber):
    """A subscription of this socket that shares its execution with other subscribers.

    The server's own protocol writes its messages directly to the kernel.
    """

    __slots__ = ("_final_payload", "_head", "_operation", "_protocol")

    def __init__(
        self,
        operation: Operation[Any, None],
        protocol: FrameProtocol,
        account: SubscriberAccount,
    ) -> None:
        super().__init__(account)
        self._operation = operation
        self._protocol = protocol
        self._head = b'{"id":' + orjson.dumps(operation.id) + b',"type":"next","payload":'
        self._final_payload: asyncio.Future[bytes | None] = (
            asyncio.get_running_loop().create_future()
        )

    @property
    def is_ready(self) -> bool:
        return self._protocol.writable.is_set()

    def write(self, batch: Batch) -> None:
        if not self._operation.completed:
            parts = batch.encode_once(len(self._head), frame_messages)
            self._protocol.write(self._head.join(parts), len(batch.messages))

    def call_when_ready(self, callback: Callable[[], None]) -> None:
        self._protocol.call_when_writable(callback)

    def disconnect_slow_peer(self) -> None:
        self._protocol.disconnect_slow_peer(TRY_AGAIN_LATER, TOO_SLOW)

    def end(self, payload: bytes | None) -> None:
        """Record that the source has ended; a payload holds its errors."""
        if not self._final_payload.done():
            self._final_payload.set_result(payload)

    async def wait_until_ended(self) -> None:
        """Wait until the subscription ends, and send `complete` or `error` to the client."""
        payload = await self._final_payload
        id = self._operation.id
        if payload is None:
            await self._operation.send_operation_message({"id": id, "type": "complete"})
        else:
            errors = orjson.loads(payload)
            await self._operation.send_operation_message(
                {"id": id, "type": "error", "payload": errors}
            )
