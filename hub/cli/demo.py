"""`simpul demo`: the example scope, the sign-in links and the welcome text of a demonstration."""

from __future__ import annotations

import asyncio
import shlex
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path

from engine.model import Opd
from facts import tables
from hub.cli.console import out, print_line
from hub.cli.demo_accounts import (
    COORDINATOR_LOGIN,
    SignInLink,
    coordinator,
    create_example_links,
    example_accounts,
)
from hub.cli.demo_nodes import DemoNode
from hub.instance import open_instance
from hub.process.server import LOOPBACK_ADDRESSES
from hub.settings import Settings
from storage import opd as stored_opd
from storage import ownership

EXAMPLE_REGION = "32.05"  # Kabupaten Garut


@dataclass(frozen=True, slots=True)
class DemoScope:
    """A region that this instance owns and an OPD in it: the scope of the example accounts."""

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


def print_welcome(
    settings: Settings,
    address: str,
    scope: DemoScope | None,
    nodes: Sequence[DemoNode],
    node_lines: Sequence[str],
    *,
    replay: bool,
) -> None:
    """Print the addresses, the nodes and the sign-in links.

    Args:
        node_lines: a line for each node that runs.
    """
    out.print()
    out.print(_("[bold]Simpul[/bold] is running. Stop it with Ctrl-C."))
    out.print(_("  Wall      {address}/").format(address=address))
    out.print(_("  Explorer  {address}/graphql").format(address=address))
    for line in node_lines:
        print_line(f"  {line}")
    if replay:
        out.print(_("  [bold]Replay:[/bold] published results of 2018–2025 are played as events."))
    if settings.host not in (*LOOPBACK_ADDRESSES, "localhost"):
        print_line(
            _(
                "  Others reach this address, so no example accounts are made for it. Invite "
                "yourself:"
            )
        )
        print_line(f"    {simpul_command()} account admin --name …")
    else:
        command = f"{simpul_command()} account link LOGIN"
        if replay:  # its database is not that of the other commands
            command = f"SIMPUL_DATA_DIR={shlex.quote(str(settings.data_dir))} {command}"
        _print_links(settings, address, scope, nodes, command)
    out.print()


def simpul_command() -> str:
    """Return how a person in this folder starts the program: by its name, if PATH has it."""
    program = Path(sys.executable).with_name("simpul")
    if shutil.which("simpul") == str(program):
        return "simpul"
    folder = Path.cwd()
    path = program.relative_to(folder) if program.is_relative_to(folder) else program
    return shlex.quote(str(path))


def _print_links(
    settings: Settings,
    address: str,
    scope: DemoScope | None,
    nodes: Sequence[DemoNode],
    command: str,
) -> None:
    if scope is None:
        print_line(_("  No region with an OPD is written here: `simpul account` makes accounts."))
    else:
        examples = example_accounts(scope.region, scope.opd, settings.province)
        links = asyncio.run(create_example_links(settings, address, examples))
        print_line(_("  Sign in by a link; each works once, for ten minutes, on this machine:"))
        for link in links:
            _print_link(link.role.value, link)
        print_line(_("    A new one: {command}").format(command=command))
    for node in nodes:
        created = create_example_links(
            node.settings(settings), node.address, [coordinator(node.region)]
        )
        for link in asyncio.run(created):
            _print_link(node.region, link)
    if nodes:
        print_line(
            _("    A new one of a node: {command}").format(
                command=f"{nodes[0].variables} {simpul_command()} account link {COORDINATOR_LOGIN}"
            )
        )


def _print_link(label: str, link: SignInLink) -> None:
    print_line(f"    {label:<9} {link.login:<19} {link.address}")
