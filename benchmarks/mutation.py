"""Benchmark of the delay from a mutation to its event at every wall, on the embedded SQLite.

    python benchmarks/mutation.py [--sockets 500] [--changes 200] [--every-ms 50]

Starts `simpul serve` as an operator would, opens walls that follow `indexChanged`, and claims
levels over HTTP at a pace. Prints how long after the request each wall received the event, and for
comparison how long the response to the mutation took. All traffic is on loopback.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx2
from fanout import (
    HERE,
    SIMPUL,
    START,
    Work,
    cpu_seconds,
    create_bearer,
    free_port,
    raise_file_limit,
    read_client_result,
    start_clients,
    start_server,
    subscribe_message,
    to_measurement,
    wait_until_ready,
)

CLAIM = """mutation ($input: ClaimLevelInput!) { claimLevel(input: $input) {
  ... on Assessment { version } ... on Problem { message } } }"""


def main() -> None:
    """Build the load client, and run the benchmark."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--sockets", type=int, default=500)
    arguments.add_argument("--changes", type=int, default=200)
    arguments.add_argument("--every-ms", type=int, default=50)
    options = arguments.parse_args()
    raise_file_limit()
    with tempfile.TemporaryDirectory() as folder:
        client = Path(folder) / "fanout_client"
        subprocess.run(["gcc", "-O2", "-o", client, HERE / "fanout_client.c"], check=True)
        measure_mutations(Work(Path(folder), options.sockets, options.changes, options.every_ms))


def measure_mutations(work: Work) -> None:
    """Start a server and subscribers, claim levels, and print the delays."""
    data, port = work.folder / "data", free_port()
    settings = {
        "SIMPUL_DATA_DIR": str(data),
        "SIMPUL_PORT": str(port),
        "SIMPUL_LOG_LEVEL": "warning",
        "SIMPUL_CLIENT_CPU_RATE": "0",  # the whole load comes from one address
    }
    environment = {**os.environ, "DATABASE_URL": "", **settings}
    for command in ("migrate", "load"):
        subprocess.run([SIMPUL, command], env=environment, check=True, stdout=subprocess.DEVNULL)
    with (
        start_server([SIMPUL, "serve"], environment) as server,
        httpx2.Client(trust_env=False, timeout=60) as http,
    ):
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(url, http)
        http.headers["authorization"] = create_bearer(data)

        def query_hub(query: str, **variables: object) -> dict[str, dict[str, str]]:
            body = {"query": query, "variables": variables}
            return http.post(f"{url}/graphql", json=body).json()["data"]

        assessment = query_hub(START)["startAssessment"]
        after = query_hub("{ instance { cursor } }")["instance"]["cursor"]
        init = {"type": "connection_init", "payload": {"authorization": create_bearer(data)}}
        with start_clients(work, port, json.dumps(init), subscribe_message(after)) as client:
            time.sleep(2)
            before = cpu_seconds(server)
            sent, response_times = [], []
            for number in range(work.events):
                sent.append(time.monotonic())
                claim = {
                    "assessmentId": assessment["id"],
                    "indicator": number % 20 + 1,
                    "level": number // 20 % 4 + 2,
                    "version": assessment["version"],
                }
                assessment["version"] = query_hub(CLAIM, input=claim)["claimLevel"]["version"]
                response_times.append(1000 * (time.monotonic() - sent[-1]))
                time.sleep(max(0.0, sent[0] + (number + 1) * work.pace / 1000 - time.monotonic()))
            seconds = time.monotonic() - sent[0]
            spent = cpu_seconds(server) - before
            result = to_measurement("walls", spent, work, read_client_result(client), sent)
    sys.stdout.write(
        f"{work.sockets} walls, {work.events / seconds:.1f} changes a second\n"
        f"mutation answered   p50 {statistics.median(response_times):5.1f} ms"
        f"   p99 {statistics.quantiles(response_times, n=100)[98]:5.1f} ms\n"
        f"mutation to wall    p50 {result.delay(50):5.1f} ms   p99 {result.delay(99):5.1f} ms\n"
        f"the server was busy {100 * spent / seconds:.0f} % of one core\n"
    )


if __name__ == "__main__":
    main()
