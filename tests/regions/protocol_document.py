"""What docs/protocol.md says of the feed contract, read from the document."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "protocol.md").read_text()


def chapter(heading: str) -> str:
    """The text below a heading, up to the next one of its level or above."""
    [marks] = re.findall(rf"^(#+) {re.escape(heading)}$", TEXT, re.MULTILINE)
    _, _, rest = TEXT.partition(f"\n{marks} {heading}\n")
    return re.split(rf"^#{{1,{len(marks)}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def blocks(heading: str, language: str) -> list[str]:
    """The code of a language below a heading."""
    return re.findall(rf"```{language}\n(.+?)\n```", chapter(heading), re.DOTALL)


def table(heading: str) -> list[list[str]]:
    """The rows of the table below a heading, without its head."""
    lines = [line for line in chapter(heading).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def connection_init(token: str) -> dict[str, Any]:
    """The first message of a reader that has this token."""
    [message] = blocks("The connection", "json")
    found: dict[str, Any] = json.loads(message.replace("TOKEN", token))
    return found


def documents() -> list[str]:
    """The documents that a reader sends."""
    return blocks("The connection", "graphql")


def order_of_rows() -> list[str]:
    """The kinds of rows of a snapshot, in order."""
    return re.findall(r"^ +\d+\. `([A-Z_]+)`$", chapter("The snapshot"), re.MULTILINE)
