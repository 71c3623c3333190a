"""Reads the feed contract from docs/protocol.md."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "protocol.md").read_text()


def chapter(heading: str) -> str:
    """Return the text below a heading, up to the next heading of its level or above."""
    [marks] = re.findall(rf"^(#+) {re.escape(heading)}$", TEXT, re.MULTILINE)
    _, _, remaining = TEXT.partition(f"\n{marks} {heading}\n")
    return re.split(rf"^#{{1,{len(marks)}}} ", remaining, maxsplit=1, flags=re.MULTILINE)[0]


def blocks(heading: str, language: str) -> list[str]:
    """Return the code blocks of a language below a heading."""
    return re.findall(rf"```{language}\n(.+?)\n```", chapter(heading), re.DOTALL)


def table(heading: str) -> list[list[str]]:
    """Return the rows of the table below a heading, without the header row."""
    lines = [line for line in chapter(heading).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def connection_init(token: str) -> dict[str, Any]:
    """Return the first message of a reader that has this token."""
    [text] = blocks("The connection", "json")
    message: dict[str, Any] = json.loads(text.replace("TOKEN", token))
    return message


def documents() -> list[str]:
    """Return the GraphQL documents that a reader sends."""
    return blocks("The connection", "graphql")


def order_of_rows() -> list[str]:
    """Return the kinds of rows of a snapshot, in order."""
    return re.findall(r"^ +\d+\. `([A-Z_]+)`", chapter("The snapshot"), re.MULTILINE)
