"""Checks that the regions and OPDs in the scope of a token are on record in this instance."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from difflib import get_close_matches

from engine.model import Role
from hub.cli.console import exit_with_error
from hub.cli.region_hint import how_to_record
from hub.exit_codes import ExitCode
from hub.settings import Settings
from storage import opd as stored_opd
from storage import region as stored_region
from storage.database import Database

SIMILAR = 0.5  # from 0 to 1; the message does not suggest a less similar code


def check_token_scope(
    settings: Settings, role: Role, regions: Collection[str], opds: Collection[str]
) -> None:
    """Exit with an error unless the regions are on record, and the OPDs are in one of them.

    For the role PROVINCE, a province is also valid if only regions in it are on record, as on the
    node of a region.
    """
    known, own_opds = asyncio.run(_recorded(settings, role, regions))
    for code in regions:
        if code not in known:
            hint = how_to_record(code) or _nearest(code, known)
            exit_with_error(
                f"--region: expected the code of a region that is on record here, got {code!r}{hint}",
                ExitCode.INPUT,
            )
    for id in opds:
        if id not in own_opds:
            where = f"of {', '.join(regions)}" if regions else "that is on record here"
            exit_with_error(
                f"--opd: expected the id of an OPD {where}, got {id!r}{_nearest(id, own_opds)}",
                ExitCode.INPUT,
            )


async def _recorded(
    settings: Settings, role: Role, regions: Collection[str]
) -> tuple[set[str], set[str]]:
    """Return the codes on record, and the ids of the OPDs of these regions, or of all if none."""
    database = Database(settings.database)
    try:
        async with database.read() as session:
            codes = await stored_region.list_region_codes(session)
            scopes = codes | (
                await stored_region.list_parent_codes(session) if role is Role.PROVINCE else set()
            )
            opds = [
                opd
                for region in regions or codes
                for opd in await stored_opd.list_opds_by_region(session, region)
            ]
    finally:
        await database.close()
    return scopes, {opd.id for opd in opds}


def _nearest(code: str, known: Collection[str]) -> str:
    nearest = get_close_matches(code, sorted(known), n=1, cutoff=SIMILAR)
    return f"; the nearest is {nearest[0]!r}" if nearest else ""
