"""Receives and sends the messages of one socket, with strict validation.

An invalid message closes the socket with code 4400.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from starlette.websockets import WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected

from engine.model import PUBLIC_VIEWER
from hub.admission.admission import Admission
from hub.admission.client import client_host, client_key
from hub.transport import json_request
from hub.transport.request_limits import RequestLimits, RequestRejected
from hub.transport.subscription_budget import wait_for_budget
from hub.transport.websocket_protocol import TRY_AGAIN_LATER
from resolvers.problems import ClientBudgetExhausted

BAD_MESSAGE = 4400
# A message with the largest document is shorter. A client in debt must read that it is refused.
LARGE_MESSAGE_BYTES = 32_768
REASON_BYTES = 123  # the most that a close frame can hold


class SocketAdapter(ASGIWebSocketAdapter):
    """Validates messages strictly; an invalid message closes the socket with code 4400.

    Attributes:
        client: pays for the validation; its address until the handler knows it.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.client = client_key(PUBLIC_VIEWER, client_host(self.ws))

    async def iter_json(
        self, *, ignore_parsing_errors: bool = False
    ) -> AsyncGenerator[object, None]:
        limits: RequestLimits = self.view.limits  # type: ignore[attr-defined]  # GraphQLApp's
        admission: Admission = self.view.admission  # type: ignore[attr-defined]
        with suppress(WebSocketDisconnect):
            while self._is_open:
                message = await self.ws.receive()
                if message["type"] == "websocket.disconnect":
                    return
                text = message.get("text")
                if text is None:
                    await self.close(BAD_MESSAGE, "expected a text message, got a binary one")
                    return
                try:
                    async with self._parsing(len(text), admission):
                        validated = json_request.parse_socket_message(
                            text, limits.body_bytes, limits.json_depth
                        )
                except RequestRejected as refusal:
                    await self.close(BAD_MESSAGE, str(refusal))
                    return
                except ClientBudgetExhausted as refusal:
                    await self.close(TRY_AGAIN_LATER, str(refusal))
                    return
                yield validated

    async def send_json(self, message: Mapping[str, object]) -> None:
        if not self._is_open:
            raise WebSocketDisconnected  # the server closed it while an operation was running
        await super().send_json(message)

    async def close(self, code: int, reason: str) -> None:
        """Close the socket unless it is closed; a reason too long for the frame is truncated."""
        if self._is_open:
            truncated = reason.encode()[:REASON_BYTES].decode(errors="ignore")
            await super().close(code, truncated)

    @asynccontextmanager
    async def _parsing(self, size: int, admission: Admission) -> AsyncIterator[None]:
        """Surround the parsing of a message; nothing more is read while a large one waits."""
        if size < LARGE_MESSAGE_BYTES:
            with admission.charging(self.client):
                yield
            return
        await wait_for_budget(admission.budgets, self.client, lambda: self._is_open)
        async with admission.parsing(self.client, size):
            yield

    @property
    def _is_open(self) -> bool:
        return self.ws.application_state is not WebSocketState.DISCONNECTED
