"""Reads a right from options, and checks that its scope is complete and on record here."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from difflib import get_close_matches
from gettext import gettext as _
from typing import TYPE_CHECKING

from engine.account import Right
from engine.model import Role
from hub.cli.console import exit_with_error
from hub.cli.region_hint import recording_hint
from hub.exit_codes import ExitCode

if TYPE_CHECKING:
    from engine.matching.opd_names import OpdNames
    from engine.model import Opd
    from hub.settings import Settings

LEAST_SIMILARITY = 0.5  # from 0 to 1; the message does not suggest a less similar code


def checked_right(
    settings: Settings,
    role: Role,
    regions: Sequence[str],
    opds: Sequence[str],
    *,
    drafts: bool = False,
) -> Right:
    """Return a right whose regions and OPDs are on record here, or exit with what is wrong.

    For the roles PROVINCE and FOLLOWER, a province is also valid if only regions in it are on
    record, as on the node of a region.

    Args:
        opds: ids, names or acronyms.
        drafts: whether a FOLLOWER also reads drafts.
    """
    _require_scope(role, regions, opds)
    recorded = asyncio.run(_list_region_codes(settings, role))
    for code in regions:
        if code not in recorded:
            hint = recording_hint(code) or _nearest_hint(code, recorded)
            exit_with_error(
                _(
                    "--region: expected the code of a region that is on record here, "
                    "got {code!r}{hint}"
                ).format(code=code, hint=hint),
                ExitCode.INPUT,
            )
    ids = asyncio.run(_find_opds(settings, regions, opds)) if opds else []
    return Right(role, frozenset(regions), frozenset(ids), drafts and role is Role.FOLLOWER)


def refuse_follower(role: Role) -> None:
    """Exit with an error if a person is to have the role FOLLOWER."""
    if role is Role.FOLLOWER:
        exit_with_error(
            _("a person cannot be a FOLLOWER: `simpul token` makes a token for a program"),
            ExitCode.INPUT,
        )


def _require_scope(role: Role, regions: Collection[str], opds: Collection[str]) -> None:
    """Exit with an error unless the role can be given, with the scope that it needs and no more."""
    if role is Role.PUBLIC:
        message = _("--role: expected a role other than PUBLIC, which needs no account")
        exit_with_error(message, ExitCode.INPUT)
    needs = {"--region": role is not Role.ADMIN, "--opd": role is Role.OPD}
    given = {"--region": regions, "--opd": opds}
    for option, is_needed in needs.items():
        if is_needed and not given[option]:
            exit_with_error(
                _("{option} is missing: the role {role} needs it").format(
                    option=option, role=role.value
                ),
                ExitCode.INPUT,
            )
        if given[option] and not is_needed:
            exit_with_error(
                _("expected no {option} with the role {role}").format(
                    option=option, role=role.value
                ),
                ExitCode.INPUT,
            )


async def _list_region_codes(settings: Settings, role: Role) -> set[str]:
    """Return the codes on record that the scope of a role can have."""
    from storage import region as stored_region
    from storage.database import Database

    database = Database(settings.database)
    try:
        async with database.read() as session:
            codes = await stored_region.list_region_codes(session)
            if role in (Role.PROVINCE, Role.FOLLOWER):
                codes |= await stored_region.list_parent_codes(session)
            return codes
    finally:
        await database.close()


async def _find_opds(settings: Settings, regions: Sequence[str], texts: Sequence[str]) -> list[str]:
    """Return the ids of the OPDs that a person names by ids, names or acronyms."""
    from engine.matching.opd_names import OpdNames
    from facts import tables
    from storage import opd as stored_opd
    from storage import region as stored_region
    from storage.database import Database

    database = Database(settings.database)
    try:
        async with database.read() as session:
            recorded = await stored_region.regions_by_code(session, regions)
            opds = {code: await stored_opd.list_opds_by_region(session, code) for code in recorded}
    finally:
        await database.close()
    ids = {opd.id for region_opds in opds.values() for opd in region_opds}
    names = [
        OpdNames(region_opds, recorded[code].name, tables.opd_aliases())
        for code, region_opds in opds.items()
    ]
    where = ", ".join(regions)
    return [text if text in ids else _find_opd(text, names, ids, where) for text in texts]


def _find_opd(text: str, names: Sequence[OpdNames], ids: Collection[str], where: str) -> str:
    matches = [opd for opd in (region_names.match(text) for region_names in names) if opd]
    if not matches:
        near = [opd for region_names in names for opd in region_names.nearest(text)]
        hint = _("; near are {nearest}").format(nearest=_list_opds(near)) if near else ""
        if ":" in text:  # an id
            hint = _nearest_hint(text, ids)
        message = _("--opd: expected the name, acronym or id of an OPD of {regions}, got {text!r}")
        exit_with_error(message.format(regions=where, text=text) + hint, ExitCode.INPUT)
    if len(matches) > 1:
        message = _("--opd: expected the id of one OPD, got {text!r}, which several have: {opds}")
        exit_with_error(message.format(text=text, opds=_list_opds(matches)), ExitCode.INPUT)
    return matches[0].id


def _list_opds(opds: Sequence[Opd]) -> str:
    return ", ".join(f"{opd.name!r} ({opd.id})" for opd in opds)


def _nearest_hint(code: str, recorded: Collection[str]) -> str:
    nearest = get_close_matches(code, sorted(recorded), n=1, cutoff=LEAST_SIMILARITY)
    return _("; the nearest is {code!r}").format(code=nearest[0]) if nearest else ""
