"""Checks that a right has its scope, and that the scope is on record in this instance."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from difflib import get_close_matches
from gettext import gettext as _

from engine.model import Role
from hub.cli.console import exit_with_error
from hub.cli.region_hint import recording_hint
from hub.exit_codes import ExitCode
from hub.settings import Settings
from storage import opd as stored_opd
from storage import region as stored_region
from storage.database import Database

LEAST_SIMILARITY = 0.5  # from 0 to 1; the message does not suggest a less similar code


def require_scope(role: Role, regions: Collection[str], opds: Collection[str]) -> None:
    """Exit with an error unless the role is one that can be given, with the scope that it needs."""
    has_scope = {Role.OPD: regions and opds, Role.ADMIN: True}.get(role, regions)
    if role is Role.PUBLIC or not has_scope:
        exit_with_error(
            _(
                "expected a role other than PUBLIC with its scope (--region, for OPD also --opd), "
                "got {role}"
            ).format(role=role.value),
            ExitCode.INPUT,
        )


def check_token_scope(
    settings: Settings, role: Role, regions: Collection[str], opds: Collection[str]
) -> None:
    """Exit with an error unless the regions are on record, and the OPDs are in one of them.

    For the roles PROVINCE and FOLLOWER, a province is also valid if only regions in it are on
    record, as on the node of a region.
    """
    own_regions, own_opds = asyncio.run(_list_recorded_codes(settings, role, regions))
    for code in regions:
        if code not in own_regions:
            hint = recording_hint(code) or _nearest_hint(code, own_regions)
            exit_with_error(
                _(
                    "--region: expected the code of a region that is on record here, "
                    "got {code!r}{hint}"
                ).format(code=code, hint=hint),
                ExitCode.INPUT,
            )
    for id in opds:
        if id not in own_opds:
            hint = _nearest_hint(id, own_opds)
            template = (
                _("--opd: expected the id of an OPD of {regions}, got {id!r}{hint}")
                if regions
                else _("--opd: expected the id of an OPD that is on record here, got {id!r}{hint}")
            )
            exit_with_error(
                template.format(regions=", ".join(regions), id=id, hint=hint), ExitCode.INPUT
            )


async def _list_recorded_codes(
    settings: Settings, role: Role, regions: Collection[str]
) -> tuple[set[str], set[str]]:
    """Return the codes on record, and the ids of the OPDs of these regions, or of all if none."""
    database = Database(settings.database)
    try:
        async with database.read() as session:
            codes = await stored_region.list_region_codes(session)
            scopes = codes | (
                await stored_region.list_parent_codes(session)
                if role in (Role.PROVINCE, Role.FOLLOWER)
                else set()
            )
            opds = [
                opd
                for region in regions or codes
                for opd in await stored_opd.list_opds_by_region(session, region)
            ]
    finally:
        await database.close()
    return scopes, {opd.id for opd in opds}


def _nearest_hint(code: str, recorded: Collection[str]) -> str:
    nearest = get_close_matches(code, sorted(recorded), n=1, cutoff=LEAST_SIMILARITY)
    return _("; the nearest is {code!r}").format(code=nearest[0]) if nearest else ""
