"""The logging configuration: uvicorn's format on standard error, also for our own modules."""

from __future__ import annotations

from logging import LogRecord
from typing import Any

from uvicorn.config import LOGGING_CONFIG
from uvicorn.logging import DefaultFormatter

from engine.visible_text import to_visible_line
from hub.transport.websocket_protocol import SOCKET_LOGGER

OWN_PACKAGES = ("hub", "schema", "resolvers", "realtime", "regions", "storage")


class OneLineFormatter(DefaultFormatter):
    """Writes a message as one line, so that no recorded text forges another or controls a terminal.

    The traceback of an exception keeps its lines.
    """

    def formatMessage(self, record: LogRecord) -> str:
        record.message = to_visible_line(record.message)
        return super().formatMessage(record)


def logging_config(level: str) -> dict[str, Any]:
    """Return the configuration for `logging.config.dictConfig`."""
    own_logger = {"handlers": ["default"], "level": level.upper(), "propagate": False}
    return {
        **LOGGING_CONFIG,
        "formatters": {
            **LOGGING_CONFIG["formatters"],
            "default": {**LOGGING_CONFIG["formatters"]["default"], "()": OneLineFormatter},
        },
        "loggers": {
            **LOGGING_CONFIG["loggers"],
            # uvicorn logs three lines per connection; `hub.transport.websocket_log` logs one.
            SOCKET_LOGGER: {"level": "WARNING"},
            **dict.fromkeys(OWN_PACKAGES, own_logger),
        },
    }
