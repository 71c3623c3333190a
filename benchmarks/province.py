"""Benchmark of a query over all regions of a province: from replicas, and by requests to regions.

    python benchmarks/province.py [--queries 40]

Asks for 27 regions × 40 applications × 10 fields. Ours is a hub that has the regions in its own
database. The peer is a hub of Strawberry and httpx2 that sends a request to 27 endpoints for each
query, all at once and with a timeout of 2 seconds. The endpoints answer from memory, so that only
the hub's own CPU is measured. Prints the CPU per query of both hubs, for ours also with a change
before each query, so that no response is cached; then the delay while 3 of the 27 do not answer.
All traffic is on loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx2
from fanout import cpu_seconds, free_port, start_server
from following import bearer_header, prepare_instance, serve_instance

from engine.document import to_document
from engine.model import Application, ApplicationStatus, EventKind, Provenance, Region, RegionKind
from hub.instance import open_instance
from hub.settings import Settings
from storage import log

REGIONS, APPLICATIONS, STOPPED = 27, 40, 3
PEER_FIELDS = "id name status function url platform year version users fit"
FIELDS = PEER_FIELDS.replace("function", "functionText")
OURS = f"""{{ regions(filter: {{ provinceCode: "32", kinds: [REGENCY] }}, first: 50) {{ edges {{ node {{
  code applications(first: {APPLICATIONS}) {{ edges {{ node {{ {FIELDS} }} }} }} }} }} }} }}"""
PEER = f"{{ regions {{ code applications {{ {PEER_FIELDS} }} }} }}"
UPDATE = """mutation ($input: UpdateApplicationInput!) { updateApplication(input: $input) {
  ... on Application { version } ... on Problem { message } } }"""
HERE = Path(__file__).parent


def main() -> None:
    """Measure both hubs, and print the results."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--queries", type=int, default=40)
    queries = arguments.parse_args().queries
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "hub"
        asyncio.run(_write_regions(prepare_instance(folder)))
        port = free_port()
        command = [sys.executable, str(HERE / "province_peer.py"), str(port)]
        with (
            serve_instance(folder, {}) as (hub_server, address),
            start_server(command) as peer_server,
            httpx2.Client(trust_env=False, timeout=60) as http,
        ):
            time.sleep(5)
            peer_address = f"http://127.0.0.1:{port}"
            assert _count_applications(http, f"{address}/graphql", OURS) == _count_applications(
                http, f"{peer_address}/graphql", PEER
            )
            copies_cpu, copies_delay = _measure_query(
                http, hub_server, f"{address}/graphql", OURS, queries
            )
            changed_cpu = _measure_query_after_change(
                http, hub_server, f"{address}/graphql", folder, queries
            )
            peer_cpu, peer_delay = _measure_query(
                http, peer_server, f"{peer_address}/graphql", PEER, queries
            )
            http.post(f"{peer_address}/stop", json=STOPPED)
            _, copies_stopped = _measure_query(http, hub_server, f"{address}/graphql", OURS, 5)
            _, peer_stopped = _measure_query(http, peer_server, f"{peer_address}/graphql", PEER, 5)
    row = "{:<34}{:>10.1f}{:>12.1f}{:>16.1f}\n"
    sys.stdout.write(f"{'CPU and median delay, ms':<34}{'CPU':>10}{'delay':>12}{'3 stopped':>16}\n")
    sys.stdout.write(row.format("copies, nothing new", copies_cpu, copies_delay, copies_stopped))
    sys.stdout.write(
        row.format("copies, a change before each", changed_cpu, float("nan"), float("nan"))
    )
    sys.stdout.write(row.format("fan-out", peer_cpu, peer_delay, peer_stopped))
    sys.stdout.write(
        f"fan-out / copies: {peer_cpu / copies_cpu:.0f},"
        f" and {peer_cpu / changed_cpu:.1f} with changes\n"
    )


def _measure_query(
    http: httpx2.Client, server: subprocess.Popen[str], url: str, query: str, queries: int
) -> tuple[float, float]:
    """Return CPU and median delay of a query in milliseconds."""
    delays = []
    before = cpu_seconds(server)
    for _ in range(queries):
        started_at = time.monotonic()
        http.post(url, json={"query": query}).raise_for_status()
        delays.append(1000 * (time.monotonic() - started_at))
    return 1000 * (cpu_seconds(server) - before) / queries, statistics.median(delays)


def _measure_query_after_change(
    http: httpx2.Client, server: subprocess.Popen[str], url: str, folder: Path, queries: int
) -> float:
    """Return the CPU of a query that follows a change, without the CPU of the change."""
    spent = 0.0
    for number in range(queries):
        changes = {"id": "32.01:application-1", "version": number + 1, "name": f"Uji {number}"}
        body = {"query": UPDATE, "variables": {"input": changes}}
        response = http.post(url, json=body, headers=bearer_header(folder))
        assert "version" in response.json()["data"]["updateApplication"], response.text
        time.sleep(0.05)
        before = cpu_seconds(server)
        http.post(url, json={"query": OURS}).raise_for_status()
        spent += cpu_seconds(server) - before
    return 1000 * spent / queries


def _count_applications(http: httpx2.Client, url: str, query: str) -> int:
    """Return how many applications a response contains."""
    return json.dumps(http.post(url, json={"query": query}).json()).count('"fit"')


def build_applications(code: str) -> list[Application]:
    """Return the inventory of a region."""
    return [
        Application(
            id=f"{code}:application-{number}",
            region=code,
            opd=None,
            name=f"Aplikasi {number} {code}",
            status=ApplicationStatus.ACTIVE,
            version=1,
            provenance=Provenance("benchmark"),
            function="pelayanan kepada masyarakat",
            url=f"https://aplikasi-{number}.example.go.id",
            platform="web",
            year=2020,
            users=1000 + number,
            fit=4,
        )
        for number in range(APPLICATIONS)
    ]


def region_codes() -> list[str]:
    """Return the codes of the regions."""
    return [f"32.{number:02}" for number in range(1, REGIONS + 1)]


async def _write_regions(settings: Settings) -> None:
    async with open_instance(settings) as instance:
        for code in ("32", *region_codes()):
            async with log.begin_log_transaction(
                instance.database, code, instance.clock
            ) as transaction:
                kind = RegionKind.PROVINCE if code == "32" else RegionKind.REGENCY
                parent = None if code == "32" else "32"
                region = Region(code, code, kind, parent, Provenance("benchmark"))
                events = [(EventKind.REGION_RECORDED, f"{code}:region", to_document(region))]
                if code != "32":
                    events += [
                        (EventKind.APPLICATION_REGISTERED, application.id, to_document(application))
                        for application in build_applications(code)
                    ]
                for event, subject, body in events:
                    await transaction.append(
                        actor="benchmark", kind=event, subject=subject, body=body
                    )


if __name__ == "__main__":
    main()
