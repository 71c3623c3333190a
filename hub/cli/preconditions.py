"""Checks that a command needs before it starts: settings, database schema, listening socket."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from gettext import gettext as _
from typing import TYPE_CHECKING

from hub.cli.console import err, exit_with_error
from hub.cli.known_messages import (
    DATABASE_PROBLEMS,
    SETTINGS_PROBLEMS,
    system_reason,
    translate_message,
    translate_refusal,
)
from hub.exit_codes import ExitCode

if TYPE_CHECKING:
    import socket

    from hub.settings import Settings


def load_settings() -> Settings:
    """Return the settings of the environment; exit with an error if they are invalid."""
    from pydantic import ValidationError

    from hub.settings import Settings, explain_settings_errors

    try:
        return Settings()
    except ValidationError as error:
        for problem in explain_settings_errors(error):
            message = translate_message(problem, SETTINGS_PROBLEMS)
            err.print(message, markup=False, soft_wrap=True)
        exit_with_error(_("the settings are not as they must be"), ExitCode.INPUT)


def load_migrated_settings() -> Settings:
    """Return the settings; exit with an error if the database lacks migrations."""
    settings = load_settings()
    if lacks_migrations(settings):
        exit_with_error(
            _("the database is not at this version's schema: run `simpul migrate`"), ExitCode.STATE
        )
    return settings


def lacks_migrations(settings: Settings) -> bool:
    """Whether the database lacks migrations; exits if it cannot be reached or cannot be migrated."""
    from storage import migrate as migrations
    from storage.migration_steps import EarlierLogForm

    try:
        settings.prepare()
    except OSError as error:
        exit_with_error(
            _("SIMPUL_DATA_DIR: {folder} cannot be used: {reason}").format(
                folder=settings.data_dir, reason=system_reason(error)
            ),
            ExitCode.STATE,
        )
    try:
        is_pending = asyncio.run(migrations.has_pending_migration(settings.database))
        has_earlier_logs = is_pending and asyncio.run(
            migrations.holds_earlier_logs(settings.database)
        )
    except Exception as error:  # noqa: BLE001  # any error means that the database is unavailable
        exit_with_error(
            _("the database does not answer: {error}").format(error=str(error).partition("\n")[0]),
            ExitCode.STATE,
        )
    if has_earlier_logs:
        exit_with_error(translate_message(str(EarlierLogForm()), DATABASE_PROBLEMS), ExitCode.STATE)
    return is_pending


@contextmanager
def open_sockets_or_exit(settings: Settings) -> Iterator[list[socket.socket]]:
    """Open the sockets of the server with their addresses; exit with an error if one is in use."""
    from hub.process.server import CannotListen, bind_sockets

    try:
        listeners = bind_sockets(settings)
    except CannotListen as error:
        exit_with_error(translate_refusal(str(error)), ExitCode.STATE)
    try:
        yield listeners
    finally:
        for listener in listeners:
            listener.close()
