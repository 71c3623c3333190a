"""`simpul demo`: the example scope, the tokens and the welcome text of a demonstration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from engine.model import Opd, Role
from facts import tables
from hub.app import open_instance, utc_now
from hub.auth.tokens import issue_token
from hub.cli.console import out
from hub.cli.demo_nodes import DemoNode
from hub.settings import Settings
from storage import opd as stored_opd
from storage import ownership as stored_source

TOKEN_LIFETIME = timedelta(hours=24)
EXAMPLE_REGION = "32.05"  # Kabupaten Garut


@dataclass(frozen=True, slots=True)
class DemoScope:
    """A region that this instance owns and an OPD in it, which are the scope of the printed tokens."""

    region: str
    opd: Opd


async def find_demo_scope(settings: Settings) -> DemoScope | None:
    """Return Kabupaten Garut, or the next region if another instance owns it or it has no OPD.

    Return None if no region that this instance owns has an OPD.
    """
    regions = [EXAMPLE_REGION, *(each.code for each in tables.region_catalogue())]
    async with open_instance(settings) as instance, instance.database.read() as session:
        followed = await stored_source.sources_by_region(session, regions)
        for region in regions:
            opds = await stored_opd.list_opds_by_region(session, region)
            if region not in followed and opds:
                return DemoScope(region, opds[0])
    return None


def issue_demo_tokens(settings: Settings, shown: DemoScope) -> dict[Role, str]:
    """Return a token for each role, with a scope that is typical of the role."""
    regions = {
        Role.OPD: [shown.region],
        Role.REGION: [shown.region],
        Role.ASSESSOR: [shown.region],
        Role.PROVINCE: [settings.province],
        Role.ADMIN: [],
    }
    return {
        role: _token(settings, role, scope, [shown.opd.id] if role is Role.OPD else [])
        for role, scope in regions.items()
    }


def print_welcome(
    settings: Settings,
    address: str,
    shown: DemoScope | None,
    nodes: Sequence[DemoNode],
    started: Sequence[str],
    *,
    replay: bool,
) -> None:
    """Print the addresses, the nodes and the tokens.

    Args:
        started: a line for each node that runs.
    """
    out.print()
    out.print("[bold]Simpul[/bold] is running. Stop it with Ctrl-C.")
    out.print(f"  Wall      {address}/")
    out.print(f"  Explorer  {address}/graphql")
    for each in started:
        out.print(f"  {each}", soft_wrap=True, markup=False)
    if replay:
        out.print("  [bold]Replay:[/bold] published results of 2018–2025 are played as events.")
    if settings.jwks is not None:
        out.print("  Tokens come from the identity provider that SIMPUL_JWKS names.")
        return
    hours = TOKEN_LIFETIME.total_seconds() / 3600
    if shown is None:
        out.print(
            "  No region with an OPD is written here: `simpul token` makes a token for another."
        )
        return
    names = {each.code: each.name for each in tables.region_catalogue()}
    out.print(f"  Tokens for Authorization: Bearer …, good for {hours:.0f} hours. They are for")
    out.print(f"  {names[shown.region]} ({shown.region}), its {shown.opd.name}, and its province:")
    for role, token in issue_demo_tokens(settings, shown).items():
        _say_token(role.value, token)
    if nodes:
        out.print("  A node takes only its own. These are of role REGION, each for its region:")
    for node in nodes:
        _say_token(node.region, _token(node.settings(settings), Role.REGION, [node.region], []))
    out.print()


def _say_token(of: str, token: str) -> None:
    out.print(f"    {of:<9} {token}", soft_wrap=True, markup=False)


def _token(settings: Settings, role: Role, regions: Sequence[str], opds: Sequence[str]) -> str:
    return issue_token(
        settings.token_key(),
        settings.token_issuer,
        settings.token_audience,
        f"demo-{role.value.lower()}",
        role,
        regions,
        opds,
        TOKEN_LIFETIME,
        utc_now(),
    )
