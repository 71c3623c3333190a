"""The logging configuration: uvicorn's format on standard error, also for our own modules."""

from __future__ import annotations

from typing import Any

from uvicorn.config import LOGGING_CONFIG

from hub.transport.websocket_protocol import SOCKET_LOGGER

OWN_PACKAGES = ("hub", "schema", "resolvers", "realtime", "regions", "storage")


def logging_config(level: str) -> dict[str, Any]:
    """Return the configuration for `logging.config.dictConfig`."""
    own_logger = {"handlers": ["default"], "level": level.upper(), "propagate": False}
    return {
        **LOGGING_CONFIG,
        "loggers": {
            **LOGGING_CONFIG["loggers"],
            # uvicorn logs three lines per connection; `hub.transport.websocket_log` logs one.
            SOCKET_LOGGER: {"level": "WARNING"},
            **dict.fromkeys(OWN_PACKAGES, own_logger),
        },
    }
