"""Checks that a command needs before it starts: settings, database schema, listening socket."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hub.cli.console import err, exit_with_error
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
            err.print(problem, markup=False, soft_wrap=True)
        exit_with_error("the settings are not as they must be", ExitCode.INPUT)


def load_migrated_settings() -> Settings:
    """Return the settings; exit with an error if the database lacks migrations."""
    found = load_settings()
    if lacks_migrations(found):
        exit_with_error(
            "the database is not at this version's schema: run `simpul migrate`", ExitCode.STATE
        )
    return found


def lacks_migrations(settings: Settings) -> bool:
    """Whether the database lacks migrations; exits with an error if it cannot be reached."""
    from storage import migrate as migrations

    try:
        settings.prepare()
    except OSError as error:
        exit_with_error(
            f"SIMPUL_DATA_DIR: {settings.data_dir} cannot be used: {error.strerror}", ExitCode.STATE
        )
    try:
        return asyncio.run(migrations.has_pending_migration(settings.database))
    except Exception as error:  # noqa: BLE001  # any error means that the database is unavailable
        exit_with_error(
            f"the database does not answer: {str(error).partition(chr(10))[0]}", ExitCode.STATE
        )


def open_socket_or_exit(settings: Settings) -> socket.socket:
    """Return the listening socket for the server; exit with an error if it cannot listen."""
    from hub.process.server import CannotListen, open_listening_socket

    try:
        return open_listening_socket(settings)
    except CannotListen as error:
        exit_with_error(str(error), ExitCode.STATE)
