"""The settings and the state of the instance that a command needs before it can start."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hub.cli.console import err, fail
from hub.exit_codes import Exit

if TYPE_CHECKING:
    import socket

    from hub.settings import Settings


def settings() -> Settings:
    """Return the settings of the environment, or end with what is wrong in them."""
    from pydantic import ValidationError

    from hub.settings import Settings, explained

    try:
        return Settings()
    except ValidationError as error:
        for problem in explained(error):
            err.print(problem, markup=False, soft_wrap=True)
        fail("the settings are not as they must be", Exit.INPUT)


def migrated() -> Settings:
    """Return the settings of an instance whose database is ready, or end."""
    found = settings()
    if lacks_migrations(found):
        fail("the database is not at this version's schema: run `simpul migrate`", Exit.STATE)
    return found


def lacks_migrations(settings: Settings) -> bool:
    """Say whether `simpul migrate` has work to do, or end where no database can be reached."""
    from storage import migrate as migrations

    try:
        settings.prepare()
    except OSError as error:
        fail(f"SIMPUL_DATA_DIR: {settings.data_dir} cannot be used: {error.strerror}", Exit.STATE)
    try:
        return asyncio.run(migrations.has_pending_migration(settings.database))
    except Exception as error:  # noqa: BLE001  # whatever it is, no command can go on without it
        fail(f"the database does not answer: {str(error).partition(chr(10))[0]}", Exit.STATE)


def listening(settings: Settings) -> socket.socket:
    """Return the socket that the server will listen on, or end with what stands in the way."""
    from hub.process.server import CannotListen, bound

    try:
        return bound(settings)
    except CannotListen as error:
        fail(str(error), Exit.STATE)
