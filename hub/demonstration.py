"""The main job on embedded defaults: load, say where to look and with which token, serve."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from engine.model import Role
from hub.app import now
from hub.console import out
from hub.settings import Settings
from hub.tokens import issue

TOKEN_LIFETIME = timedelta(hours=24)
EXAMPLE_REGION = "32.11"  # Kabupaten Sumedang
EXAMPLE_OPD = "opd-32.11.diskominfosanditik"


def tokens(settings: Settings) -> dict[Role, str]:
    """Return one token per role, each with a scope that shows what the role is for."""
    regions = {
        Role.OPD: [EXAMPLE_REGION],
        Role.REGION: [EXAMPLE_REGION],
        Role.ASSESSOR: [EXAMPLE_REGION],
        Role.PROVINCE: [settings.province],
        Role.ADMIN: [],
    }
    return {
        role: issue(
            settings.token_key(),
            settings.token_issuer,
            settings.token_audience,
            f"demo-{role.value.lower()}",
            role,
            scope,
            [EXAMPLE_OPD] if role is Role.OPD else [],
            TOKEN_LIFETIME,
            now(),
        )
        for role, scope in regions.items()
    }


def greet(settings: Settings, address: str, nodes: Sequence[str], *, replay: bool) -> None:
    """Print the addresses, what there is to say of nodes, and the tokens."""
    out.print()
    out.print("[bold]Simpul[/bold] is running. Stop it with Ctrl-C.")
    out.print(f"  Wall      {address}/")
    out.print(f"  Explorer  {address}/graphql")
    for each in nodes:
        out.print(f"  {each}", soft_wrap=True, markup=False)
    if replay:
        out.print("  [bold]Replay:[/bold] published results of 2018–2025 are played as events.")
    if settings.jwks is not None:
        out.print("  Tokens come from the identity provider that SIMPUL_JWKS names.")
        return
    hours = TOKEN_LIFETIME.total_seconds() / 3600
    out.print(f"  Tokens for Authorization: Bearer …, good for {hours:.0f} hours:")
    for role, token in tokens(settings).items():
        out.print(f"    {role.value:<9} {token}", soft_wrap=True, markup=False)
    out.print()
