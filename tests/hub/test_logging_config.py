"""A log line is one line, whatever a message quotes."""

from __future__ import annotations

import logging
import logging.config
import sys

from hub.logging_config import logging_config


def test_a_message_forges_no_line_and_an_exception_keeps_its_own() -> None:
    config = logging_config("info")
    formatter = logging.config.DictConfigurator(config).configure_formatter(
        config["formatters"]["default"]
    )
    forged = {"msg": "region %s: %s", "args": ("32.12", "Surat\x1b[2J\u202e\nINFO: all is well")}
    assert formatter.format(logging.makeLogRecord({"levelname": "WARNING", **forged})) == (
        "WARNING:  region 32.12: Surat\ufffd[2J\ufffd INFO: all is well"
    )
    try:
        raise ValueError
    except ValueError:
        failed = {"msg": "it failed\r\nINFO: it did not", "exc_info": sys.exc_info()}
    first, *traceback = formatter.format(logging.makeLogRecord(failed)).splitlines()
    assert first.endswith("it failed INFO: it did not")
    assert traceback[0] == "Traceback (most recent call last):"
