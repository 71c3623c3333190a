"""Receives and sends the messages of one socket, with strict validation.

An invalid message closes the socket with code 4400.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress

from starlette.websockets import WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected

from hub.transport import json_request
from hub.transport.request_limits import RequestLimits, RequestRejected

BAD_MESSAGE = 4400
REASON_BYTES = 123  # the most that a close frame can hold


class SocketAdapter(ASGIWebSocketAdapter):
    """Validates messages strictly; an invalid message closes the socket with code 4400."""

    async def iter_json(
        self, *, ignore_parsing_errors: bool = False
    ) -> AsyncGenerator[object, None]:
        limits: RequestLimits = self.view.limits  # type: ignore[attr-defined]  # GraphQLApp's
        with suppress(WebSocketDisconnect):
            while self.ws.application_state is not WebSocketState.DISCONNECTED:
                message = await self.ws.receive()
                if message["type"] == "websocket.disconnect":
                    return
                text = message.get("text")
                if text is None:
                    await self.close(BAD_MESSAGE, "expected a text message, got a binary one")
                    return
                try:
                    validated = json_request.parse_socket_message(
                        text, limits.body_bytes, limits.json_depth
                    )
                except RequestRejected as refusal:
                    await self.close(BAD_MESSAGE, str(refusal))
                    return
                yield validated

    async def send_json(self, message: Mapping[str, object]) -> None:
        if self.ws.application_state is WebSocketState.DISCONNECTED:
            raise WebSocketDisconnected  # the server closed it while an operation was running
        await super().send_json(message)

    async def close(self, code: int, reason: str) -> None:
        """Close the socket unless it is closed; a reason too long for the frame is truncated."""
        if self.ws.application_state is not WebSocketState.DISCONNECTED:
            truncated = reason.encode()[:REASON_BYTES].decode(errors="ignore")
            await super().close(code, truncated)
