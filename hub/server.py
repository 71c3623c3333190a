"""Runs the application in this process, until a signal ends it."""

from __future__ import annotations

import gc
import signal
import socket
import sys

import uvicorn
from starlette.types import ASGIApp

from hub import logs
from hub.console import Exit, fail
from hub.drain import DrainingServer
from hub.request_limits import BoundedHttpProtocol, RequestLimits
from hub.settings import Settings
from hub.socket_protocol import FrameProtocol

BACKLOG = 2048
PING_SECONDS = 20.0
# Objects made before the collector looks at the young ones, and how often it then looks at older
# ones: each socket holds some 400, which are none of its business while they live.
GARBAGE, GENERATIONS = 10_000, (20, 50)


def bound(settings: Settings) -> socket.socket:
    """Return the listening socket, or end with what stands in the way."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        fail(
            f"cannot listen on {settings.host}:{settings.port} ({error.strerror}); "
            "set SIMPUL_PORT or SIMPUL_HOST to another",
            Exit.STATE,
        )
    listening.listen(BACKLOG)
    return listening


def address(listening: socket.socket) -> str:
    """Return the address to open in a browser."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def run(app: ASGIApp, settings: Settings, listening: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM, and drain then."""
    config = uvicorn.Config(
        app,
        http=BoundedHttpProtocol,
        ws=FrameProtocol,
        # One compression per subscriber and event costs more than what the events weigh.
        ws_per_message_deflate=False,
        ws_max_size=RequestLimits().body_bytes,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        log_config=logs.configuration(settings.log_level),
        log_level=settings.log_level,
        access_log=False,
        server_header=False,
        lifespan="on",
    )
    # When it has shut down, uvicorn raises the signal that it was ended by once more.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: sys.exit(Exit.OK))
    # What is built by now lives as long as the server. Without this a full collection goes through
    # all of it, which held the event loop for 130 ms of CPU at a time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE, *GENERATIONS)
    DrainingServer(config).run(sockets=[listening])
