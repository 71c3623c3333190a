"""Benchmark of the delay from a mutation to its event at every wall, on the embedded SQLite.

    python benchmarks/mutation.py [--sockets 500] [--changes 200] [--every-ms 50]

Starts `simpul serve` as an operator would, opens walls that follow `indexChanged`, and claims levels
over HTTP at a pace. Prints how long after the request each wall received the event, and for comparison how
long the response to the mutation took. All traffic is on loopback.
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
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
from fanout import (
    HERE,
    SIMPUL,
    START,
    Work,
    cpu,
    finished,
    free_port,
    listening,
    measured,
    raise_file_limit,
    ready,
    started,
    subscribing,
)

from engine.model import Role
from hub.auth.tokens import issue_token

CLAIM = """mutation ($input: ClaimLevelInput!) { claimLevel(input: $input) {
  ... on Assessment { version } ... on Problem { message } } }"""


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--sockets", type=int, default=500)
    arguments.add_argument("--changes", type=int, default=200)
    arguments.add_argument("--every-ms", type=int, default=50)
    given = arguments.parse_args()
    raise_file_limit()
    with tempfile.TemporaryDirectory() as folder:
        client = Path(folder) / "fanout_client"
        subprocess.run(["gcc", "-O2", "-o", client, HERE / "fanout_client.c"], check=True)
        run(Work(Path(folder), given.sockets, given.changes, given.every_ms))


def run(work: Work) -> None:
    """Start a server and subscribers, claim levels, and print the delays."""
    data, port = work.folder / "data", free_port()
    own = {"SIMPUL_DATA_DIR": str(data), "SIMPUL_PORT": str(port), "SIMPUL_LOG_LEVEL": "warning"}
    environment = {**os.environ, "DATABASE_URL": "", **own}
    for command in ("migrate", "load"):
        subprocess.run([SIMPUL, command], env=environment, check=True, stdout=subprocess.DEVNULL)
    with (
        started([SIMPUL, "serve"], environment) as server,
        httpx2.Client(trust_env=False, timeout=60) as http,
    ):
        url = f"http://127.0.0.1:{port}"
        ready(url, http)
        scope = (["32"], [], timedelta(hours=1), datetime.now(UTC))
        key = (data / "token.key").read_bytes()
        bearer = f"Bearer {issue_token(key, 'simpul', 'simpul', 'ani', Role.PROVINCE, *scope)}"
        http.headers["authorization"] = bearer

        def ask(query: str, **variables: object) -> dict[str, dict[str, str]]:
            body = {"query": query, "variables": variables}
            return http.post(f"{url}/graphql", json=body).json()["data"]

        assessment = ask(START)["startAssessment"]
        after = ask("{ instance { cursor } }")["instance"]["cursor"]
        init = {"type": "connection_init", "payload": {"authorization": bearer}}
        with listening(work, port, json.dumps(init), subscribing(after)) as client:
            time.sleep(2)
            before = cpu(server)
            sent, answered = [], []
            for number in range(work.events):
                sent.append(time.monotonic())
                claim = {
                    "assessment": assessment["id"],
                    "indicator": number % 20 + 1,
                    "level": number // 20 % 4 + 2,
                    "version": assessment["version"],
                }
                assessment["version"] = ask(CLAIM, input=claim)["claimLevel"]["version"]
                answered.append(1000 * (time.monotonic() - sent[-1]))
                time.sleep(max(0.0, sent[0] + (number + 1) * work.pace / 1000 - time.monotonic()))
            seconds = time.monotonic() - sent[0]
            spent = cpu(server) - before
            result = measured("walls", spent, work, finished(client), sent)
    sys.stdout.write(
        f"{work.sockets} walls, {work.events / seconds:.1f} changes a second\n"
        f"mutation answered   p50 {statistics.median(answered):5.1f} ms"
        f"   p99 {statistics.quantiles(answered, n=100)[98]:5.1f} ms\n"
        f"mutation to wall    p50 {result.delay(50):5.1f} ms   p99 {result.delay(99):5.1f} ms\n"
        f"the server was busy {100 * spent / seconds:.0f} % of one core\n"
    )


if __name__ == "__main__":
    main()
