"""The resume helper for graphql-ws, against a server that fails in many ways."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[1] / "node" / "resume_against_odds.mjs"
SECONDS = 60


@pytest.mark.integration
def test_the_helper_resumes_whatever_ends_the_subscription(node: str) -> None:
    completed = subprocess.run(
        [node, PROGRAM], capture_output=True, text=True, check=True, timeout=SECONDS
    )
    assert json.loads(completed.stdout) == {
        # The cursor of each subscription: c0 and c20 are the positions of the two snapshots.
        "after": ["c0", "c1", "c2", "c3", "c6", "c20", "c21", "c21", "c22", "c23"],
        # The server omits c4, and sends c7 when a snapshot is due.
        "events": [f"c{number}" for number in (1, 2, 3, 5, 6, 21, 22, 23, 24, 25, 26)],
        "holes": ["c5"],
        "troubles": [1011, 4400, 4500, "busy", "thrown once", "completed by the server"],
        "snapshots": 2,
        "hasWaited": True,
        # The first got no response; not every subscription needed its own connection.
        "upgrades": 7,
        "left": 0,
    }
