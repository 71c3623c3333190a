"""The sockets of the server and the configuration of uvicorn."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from hub import logging_config
from hub.process.shutdown import DrainingServer
from hub.settings import Settings
from hub.transport.request_limits import BoundedHttpProtocol, RequestLimits
from hub.transport.websocket_protocol import FrameProtocol

BACKLOG = 2048
LOOPBACK_ADDRESSES = ("127.0.0.1", "::1")
PING_SECONDS = 20.0
HEALTH_SECONDS = (
    30  # the time in which a worker starts on a busy machine, or responds to its supervisor
)


class CannotListen(Exception):
    """The server cannot listen on a configured address; the message states the reason.

    Args:
        settings: the settings to change, for the message.
    """

    def __init__(
        self, host: str, port: int, reason: str, settings: str = "SIMPUL_PORT or SIMPUL_HOST"
    ) -> None:
        super().__init__(
            f"cannot listen on {host}:{port} ({reason}); set {settings} to another value"
        )


def bind_sockets(settings: Settings) -> list[socket.socket]:
    """Return the socket of the server, and that of the operator's own address if there is one.

    Each holds its address alone, and listens once the application can answer. Until then a
    connection is refused, so that a client or a load balancer goes elsewhere. Workers inherit both,
    so each of them answers on both addresses.

    Raises:
        CannotListen: an address is in use, or does not belong to this machine.
    """
    listener = _hold_address(settings.host, settings.port)
    if settings.metrics_address is None:
        return [listener]
    try:
        return [listener, _hold_address(*settings.metrics_host_and_port, "SIMPUL_METRICS_ADDRESS")]
    except CannotListen:
        listener.close()
        raise


def _hold_address(
    host: str, port: int, variables: str = "SIMPUL_PORT or SIMPUL_HOST"
) -> socket.socket:
    try:
        return _bind_socket(host, port, reuse=False)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise CannotListen(host, port, error.strerror or str(error), variables) from error
    try:  # what holds the address may be old connections of a server that has ended
        listener = _bind_socket(host, port, reuse=True)
    except OSError as error:
        raise CannotListen(host, port, error.strerror or str(error), variables) from error
    # Two sockets that reuse an address and do not listen could both have it.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
    return listener


def _bind_socket(host: str, port: int, *, reuse: bool) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reuse)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


def listening_url(listener: socket.socket, root_path: str = "") -> str:
    """Return the URL to open in a browser, without `/` at its end.

    The loopback address is shown as `localhost`: browsers allow passkeys on host names only.
    """
    host, port = listener.getsockname()[:2]
    if host in LOOPBACK_ADDRESSES:
        host = "localhost"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}{root_path}"


def server_config(
    app: ASGIApp | Callable[[], ASGIApp], settings: Settings, *, factory: bool = False
) -> uvicorn.Config:
    """Return the configuration of uvicorn.

    Args:
        factory: whether `app` is a function that creates the application of a worker.
    """
    return uvicorn.Config(
        app,
        factory=factory,
        workers=settings.workers,
        timeout_worker_healthcheck=HEALTH_SECONDS,
        http=BoundedHttpProtocol,
        ws=FrameProtocol,
        # To compress each event for each subscriber costs more than the bandwidth that it saves.
        ws_per_message_deflate=False,
        ws_max_size=RequestLimits().body_bytes,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        backlog=BACKLOG,
        timeout_keep_alive=settings.keep_alive_seconds,
        proxy_headers=False,  # `hub.transport.proxy_headers` reads them
        log_config=logging_config.logging_config(settings.log_level),
        log_level=settings.log_level,
        access_log=False,
        server_header=False,
        lifespan="on",
    )


def run_server(
    app: ASGIApp,
    settings: Settings,
    listeners: list[socket.socket],
    on_listening: Callable[[], None] = lambda: None,
) -> None:
    """Serve in this process until SIGINT or SIGTERM, then shut down gracefully."""
    DrainingServer(server_config(app, settings), on_listening).run(sockets=listeners)
