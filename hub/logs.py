"""How the server logs: uvicorn's way to standard error, for our own modules too."""

from __future__ import annotations

from typing import Any

from uvicorn.config import LOGGING_CONFIG

from hub.transport.websocket_protocol import SOCKET_LOGGER

OWN = ("hub", "schema", "resolvers", "realtime", "regions", "storage")


def logging_config(level: str) -> dict[str, Any]:
    """Return what `logging.config.dictConfig` takes."""
    own = {"handlers": ["default"], "level": level.upper(), "propagate": False}
    return {
        **LOGGING_CONFIG,
        "loggers": {
            **LOGGING_CONFIG["loggers"],
            # Three lines per connection, with the address as it was asked for. Ours is one.
            SOCKET_LOGGER: {"level": "WARNING"},
            **dict.fromkeys(OWN, own),
        },
    }
