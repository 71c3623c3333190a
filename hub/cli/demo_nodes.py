"""The nodes of the demo: instances that own a region each and run as processes on this machine.

Each node has its own port, database and accounts. The hub follows the nodes, and they follow the
log of the province at the hub, which holds their official results.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from gettext import gettext as _
from pathlib import Path

from engine.account import Right
from engine.model import Role
from hub import replication
from hub.cli import preconditions
from hub.cli.program_tokens import create_program_token
from hub.instance import open_instance
from hub.settings import Settings
from resolvers.replicas import DatabaseReplicaStore
from resolvers.seed import seed_regions
from storage import migrate

NODE_REGIONS = ("32.11", "32.12", "32.78")  # Sumedang, Indramayu, Kota Tasikmalaya
PROVINCE = "32"  # whose log holds the official results of the nodes' regions
HUB_TOKEN = "hub.token"  # with which the hub reads a node's log
NODE_TOKEN = "province.token"  # with which a node reads the province's log
REACHABLE_HOSTS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # of an address that stands for all
TOKEN_LIFETIME = timedelta(days=30)
PORTS_TRIED = 100  # the number of ports to try for free ones
START_SECONDS = 60.0  # the longest wait until all nodes listen
POLL_SECONDS = 0.05
COPY_SECONDS = 30.0
STOP_SECONDS = 12.0
NODE_COMMAND = (sys.executable, "-m", "hub", "serve")


@dataclass(frozen=True, slots=True)
class DemoNode:
    """The instance that owns a region."""

    region: str
    folder: Path
    port: int

    @property
    def url(self) -> str:
        """The WebSocket address of the node's API."""
        return f"ws://127.0.0.1:{self.port}/graphql"

    @property
    def address(self) -> str:
        """The address of the node's pages in a browser on this machine."""
        return f"http://localhost:{self.port}"

    @property
    def follows(self) -> Path:
        """The file in which the node finds the hub; it is empty until the hub listens."""
        return self.folder / "regions.toml"

    @property
    def variables(self) -> str:
        """The settings of the node before a command that a person types."""
        return f"SIMPUL_DATA_DIR={shlex.quote(str(self.folder))} SIMPUL_PORT={self.port}"

    @property
    def start_command(self) -> str:
        """The command by which a person starts the node again."""
        follows = f"SIMPUL_FOLLOWS={shlex.quote(str(self.follows))}"
        return f"{self.variables} {follows} {shlex.join(NODE_COMMAND)}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the process, without the settings of the hub."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("SIMPUL_") and name not in ("DATABASE_URL", "REDIS_URL")
        }
        own = {
            "SIMPUL_NAME": f"Simpul {self.region}",
            "SIMPUL_DATA_DIR": str(self.folder),
            "SIMPUL_PORT": str(self.port),
            "SIMPUL_FOLLOWS": str(self.follows),
        }
        return {**inherited, **own}

    def settings(self, hub: Settings) -> Settings:
        """Return the settings of the node, which the hub uses to fill its database."""
        update = {
            "data_dir": self.folder,
            "port": self.port,
            "database_url": None,
            "follows": None,
            "metrics_address": None,
            "root_path": "",
        }
        return hub.model_copy(update=update)

    def start(self) -> subprocess.Popen[bytes]:
        """Start the process in the process group of the hub, whose signals then also end it."""
        with (self.folder / "node.log").open("ab") as log:
            return subprocess.Popen(
                NODE_COMMAND,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )


async def plan_demo_nodes(settings: Settings, hub_port: int) -> list[DemoNode]:
    """Return nodes for the regions that the hub does not own, on free ports after its own."""
    ports = _free_ports(hub_port)
    folder = settings.data_dir.resolve() / "nodes"
    nodes = [DemoNode(region, folder / region, next(ports)) for region in NODE_REGIONS]
    async with open_instance(settings) as instance:
        replicas = DatabaseReplicaStore(instance)
        return [
            node
            for node in nodes
            if await replicas.find_position(node.region, node.url) is not None
        ]


def prepare_demo_nodes(hub: Settings, nodes: Sequence[DemoNode]) -> Path:
    """Fill the nodes' databases, and return the file that lists them as endpoints for the hub."""
    endpoints = []
    for node in nodes:
        node_settings = node.settings(hub)
        if preconditions.lacks_migrations(node_settings):
            migrate.upgrade_database(node_settings.database)
        asyncio.run(_seed_node(node_settings, node.region))
        node.follows.write_text("")
        # The hub reads drafts of the region. The node reads no drafts of the province's log, which
        # would be about other regions as well.
        _write_follower_token(node.folder / HUB_TOKEN, node_settings, "hub", node.region, True)
        _write_follower_token(node.folder / NODE_TOKEN, hub, f"node {node.region}", PROVINCE, False)
        endpoints.append(_endpoint_table(node.url, node.region, f"nodes/{node.region}/{HUB_TOKEN}"))
    path = hub.data_dir.resolve() / "regions.toml"
    path.write_text("\n".join(endpoints))
    return path


def follow_hub(nodes: Sequence[DemoNode], listener: socket.socket) -> None:
    """Let the nodes follow the hub, which now listens on this socket, for the province's log."""
    host, port = listener.getsockname()[:2]
    host = REACHABLE_HOSTS.get(host, host)
    url = f"ws://{f'[{host}]' if ':' in host else host}:{port}/graphql"
    for node in nodes:
        node.follows.write_text(_endpoint_table(url, PROVINCE, NODE_TOKEN))


async def wait_for_node_copies(hub: Settings, path: Path) -> None:
    """Wait until the hub has copied its nodes' regions, or COPY_SECONDS have passed."""
    async with open_instance(hub) as instance:
        await replication.wait_until_copied(path, hub.data_dir, instance, COPY_SECONDS)


async def _seed_node(settings: Settings, region: str) -> None:
    async with open_instance(settings) as instance:
        await seed_regions(instance, regions=[region])


def _write_follower_token(
    path: Path, settings: Settings, name: str, region: str, drafts: bool
) -> None:
    """Make a token with which a program reads the log of a region, and write it to a file."""
    right = Right(Role.FOLLOWER, frozenset({region}), drafts=drafts)
    created = asyncio.run(create_program_token(settings, name, right, TOKEN_LIFETIME))
    path.touch(mode=0o600)
    path.write_text(created.secret)


def _endpoint_table(url: str, region: str, token_file: str) -> str:
    return (
        f'[[endpoint]]\nurl = "{url}"\nregions = ["{region}"]\n'
        f'token_file = "{token_file}"\nprivate = true\n'
    )


@contextmanager
def run_demo_nodes(nodes: Sequence[DemoNode]) -> Iterator[list[str]]:
    """Run the nodes while the block runs, and yield a line for each to print."""
    processes = [node.start() for node in nodes]
    try:
        _wait_until_listening(nodes, processes)
        yield [
            _("Node {region}  {address}/, process {process}; once stopped: {command}").format(
                region=node.region,
                address=node.address,
                process=process.pid,
                command=node.start_command,
            )
            for node, process in zip(nodes, processes, strict=True)
        ]
    finally:
        for process in processes:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        for process in processes:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_until_listening(
    nodes: Sequence[DemoNode], processes: Sequence[subprocess.Popen[bytes]]
) -> None:
    """Wait for the nodes, so that the hub does not report those that still start as unreachable."""
    deadline = time.monotonic() + START_SECONDS
    for node, process in zip(nodes, processes, strict=True):
        while process.poll() is None and time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", node.port), 1.0):
                break
            time.sleep(POLL_SECONDS)


def _free_ports(after: int) -> Iterator[int]:
    for port in range(after + 1, min(after + PORTS_TRIED, 65_536)):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            yield port
    raise OSError(f"no free port among the {PORTS_TRIED} after {after}")
