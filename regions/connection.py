"""Opens a WebSocket to a checked address, with bounds on the size of messages and on buffers."""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from regions.address import RESOLVE_SECONDS, Address, AddressRefused, Resolve, resolve_host
from regions.endpoint_directory import Endpoint
from regions.peer_errors import PeerUnreachable, ProtocolError, sanitize_for_log

PROTOCOL: Final = Subprotocol("graphql-transport-ws")
PING_SECONDS = 20.0
CLOSE_SECONDS = 1.0
MESSAGE_BYTES = 4_194_304  # a frame of a feed is smaller, except one with a single large entry
FRAMES_WAITING = 2  # unread frames of the WebSocket before the other side must wait


async def open_websocket(
    endpoint: Endpoint, seconds: float, resolve: Resolve | None = None
) -> ClientConnection:
    """Return a WebSocket to the first of the checked addresses that accepts a connection.

    Each address except the last gets an equal share of the remaining `seconds`, so that a silent
    one does not use up all of it. The caller limits the total time.

    Raises:
        PeerUnreachable: no address accepts a connection.
        ProtocolError: the other side does not speak this protocol.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    try:
        tls = await asyncio.to_thread(endpoint.tls)  # reads files
        addresses = await resolve_host(
            endpoint.host,
            endpoint.port,
            private=endpoint.private,
            resolve=resolve,
            seconds=min(RESOLVE_SECONDS, seconds / 2),
        )
    except AddressRefused as refused:
        raise PeerUnreachable(str(refused)) from None
    except TimeoutError:
        raise PeerUnreachable("no connection: the name is not resolved in time") from None
    except (OSError, ValueError) as error:
        raise PeerUnreachable(f"no connection: {sanitize_for_log(str(error))}") from None
    reason = ""
    for remaining, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
        share = (deadline - loop.time()) / remaining if remaining > 1 else None
        try:
            async with asyncio.timeout(share):
                connection = await _connect_to_address(endpoint, address, tls)
        except TimeoutError:
            reason = "no answer"
        except (OSError, WebSocketException, EOFError, ValueError) as error:
            reason = sanitize_for_log(str(error))
        else:
            if connection.subprotocol != PROTOCOL:
                connection.transport.abort()
                raise ProtocolError(f"expected the protocol {PROTOCOL}, got none")
            return connection
    raise PeerUnreachable(f"no connection: {reason}")


class _Connection(ClientConnection):
    """A connection that stops reading while the other side does not read.

    Otherwise it would for ever answer the pings of a peer that never reads.
    """

    _is_write_buffer_full = False  # the write buffer exceeds the limit of the transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.recv_messages.resume = self._resume_reading

    def pause_writing(self) -> None:
        super().pause_writing()
        self._is_write_buffer_full = True
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._is_write_buffer_full = False
        self._resume_reading()

    def _resume_reading(self) -> None:
        if not self._is_write_buffer_full and not self.recv_messages.paused:
            self.transport.resume_reading()


async def _connect_to_address(
    endpoint: Endpoint, address: Address, tls: ssl.SSLContext | None
) -> ClientConnection:
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    client_socket = socket.socket(family, socket.SOCK_STREAM)
    tls_options: dict[str, Any] = {} if tls is None else {"server_hostname": endpoint.host}
    try:
        client_socket.setblocking(False)
        await asyncio.get_running_loop().sock_connect(client_socket, (str(address), endpoint.port))
        # Given an open socket, the client follows no redirect.
        return await connect(
            endpoint.url,
            sock=client_socket,
            ssl=tls,
            create_connection=_Connection,
            subprotocols=[PROTOCOL],
            compression=None,
            proxy=None,
            open_timeout=None,
            ping_interval=PING_SECONDS,
            ping_timeout=PING_SECONDS,
            close_timeout=CLOSE_SECONDS,
            max_size=MESSAGE_BYTES,
            max_queue=FRAMES_WAITING,
            **tls_options,
        )
    except BaseException:
        client_socket.close()
        raise
