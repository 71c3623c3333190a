"""`simpul demo`: the example scope, the tokens and the welcome text of a demonstration."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from gettext import gettext as _

from engine.account import Right
from engine.model import Opd, Role
from facts import tables
from hub.app import open_instance
from hub.cli.console import out
from hub.cli.demo_nodes import DemoNode
from hub.cli.program_tokens import create_program_token
from hub.settings import Settings
from storage import opd as stored_opd
from storage import ownership

TOKEN_LIFETIME = timedelta(hours=24)
EXAMPLE_REGION = "32.05"  # Kabupaten Garut


@dataclass(frozen=True, slots=True)
class DemoScope:
    """A region that this instance owns and an OPD in it: the scope of the printed tokens."""

    region: str
    opd: Opd


async def find_demo_scope(settings: Settings) -> DemoScope | None:
    """Return Kabupaten Garut, or the next region if another instance owns it or it has no OPD.

    Return None if no region that this instance owns has an OPD.
    """
    regions = [EXAMPLE_REGION, *(region.code for region in tables.region_catalogue())]
    async with open_instance(settings) as instance, instance.database.read() as session:
        followed = await ownership.sources_by_region(session, regions)
        for region in regions:
            opds = await stored_opd.list_opds_by_region(session, region)
            if region not in followed and opds:
                return DemoScope(region, opds[0])
    return None


def create_demo_tokens(settings: Settings, demo_scope: DemoScope) -> dict[Role, str]:
    """Return a token for each role, with a scope that is typical of the role."""
    regions = {
        Role.OPD: [demo_scope.region],
        Role.REGION: [demo_scope.region],
        Role.ASSESSOR: [demo_scope.region],
        Role.PROVINCE: [settings.province],
        Role.ADMIN: [],
    }
    return {
        role: _issue_token(settings, role, scope, [demo_scope.opd.id] if role is Role.OPD else [])
        for role, scope in regions.items()
    }


def print_welcome(
    settings: Settings,
    address: str,
    scope: DemoScope | None,
    nodes: Sequence[DemoNode],
    node_lines: Sequence[str],
    *,
    replay: bool,
) -> None:
    """Print the addresses, the nodes and the tokens.

    Args:
        node_lines: a line for each node that runs.
    """
    out.print()
    out.print(_("[bold]Simpul[/bold] is running. Stop it with Ctrl-C."))
    out.print(_("  Wall      {address}/").format(address=address))
    out.print(_("  Explorer  {address}/graphql").format(address=address))
    for line in node_lines:
        out.print(f"  {line}", soft_wrap=True, markup=False)
    if replay:
        out.print(_("  [bold]Replay:[/bold] published results of 2018–2025 are played as events."))
    hours = TOKEN_LIFETIME.total_seconds() / 3600
    if scope is None:
        out.print(
            _("  No region with an OPD is written here: `simpul token` makes a token for another.")
        )
        return
    names = {region.code: region.name for region in tables.region_catalogue()}
    out.print(
        _("  Tokens for Authorization: Bearer …, good for {hours:.0f} hours. They are for").format(
            hours=hours
        )
    )
    out.print(
        _("  {region} ({code}), its {opd}, and its province:").format(
            region=names[scope.region], code=scope.region, opd=scope.opd.name
        )
    )
    for role, token in create_demo_tokens(settings, scope).items():
        _print_token(role.value, token)
    if nodes:
        out.print(_("  A node accepts only tokens that it issued. These are of role REGION:"))
    for node in nodes:
        _print_token(
            node.region, _issue_token(node.settings(settings), Role.REGION, [node.region], [])
        )
    out.print()


def _print_token(label: str, token: str) -> None:
    out.print(f"    {label:<9} {token}", soft_wrap=True, markup=False)


def _issue_token(
    settings: Settings, role: Role, regions: Sequence[str], opds: Sequence[str]
) -> str:
    right = Right(role, frozenset(regions), frozenset(opds))
    name = f"demo-{role.value.lower()}"
    _, secret = asyncio.run(create_program_token(settings, name, right, TOKEN_LIFETIME))
    return secret
