"""Export of the integration graph in the formats of other programs."""

from __future__ import annotations

import io
from copy import deepcopy
from typing import Any

import networkx
import pytest

from hub.cli import region_report
from hub.cli.graph_export import to_dot, to_graphml

NAME = 'Surat "Desa" \\ <b> & é\nbaru'
GRAPH = {
    "nodes": [
        {
            "nodeId": id,
            "name": name,
            "kind": "APPLICATION",
            "region": {"code": "32.11"},
            "opd": None,
            "functionText": None,
            "status": "ACTIVE",
        }
        for id, name in (("a", NAME), ("b", "B"))
    ],
    "edges": [
        {
            "sourceId": "a",
            "targetId": "b",
            "isCounted": not defects,
            "defects": defects,
            "integration": {
                "id": id,
                "dataObject": "surat",
                "mode": "API",
                "direction": direction,
                "status": "ACTIVE",
                "evidenceGrade": "DOCUMENTED",
                "verifiedOn": None,
            },
        }
        for id, direction, defects in (("e1", "TWO_WAY", []), ("e2", "ONE_WAY", ["OLD", "X"]))
    ],
}


def test_graphml_is_read_back_whole() -> None:
    graph = networkx.read_graphml(io.BytesIO(to_graphml(GRAPH).encode()), force_multigraph=True)
    assert graph.nodes["a"] == {
        "name": NAME,
        "kind": "APPLICATION",
        "regionCode": "32.11",
        "status": "ACTIVE",
    }
    assert [key for _, _, key in graph.edges(keys=True)] == ["e1", "e2"]
    assert graph.edges["a", "b", "e2"] == {
        "dataObject": "surat",
        "mode": "API",
        "direction": "ONE_WAY",
        "status": "ACTIVE",
        "evidenceGrade": "DOCUMENTED",
        "isCounted": "false",
        "defects": "OLD X",
    }


HOSTILE = "\x1b[2J\x07Surat\u202e \u200bDesa\nError: forged\x00\ufffe[link=javascript:alert(1)]x"


def hostile_graph() -> dict[str, Any]:
    """Return a graph whose names have characters that a log of an earlier version may hold."""
    graph: dict[str, Any] = deepcopy(GRAPH)
    graph["asOf"] = "2026-01-01"
    graph["nodes"][0]["name"] = HOSTILE
    for edge in graph["edges"]:
        edge["integration"]["dataObject"] = HOSTILE
    return graph


def test_graphml_with_any_name_is_xml() -> None:
    graph = networkx.read_graphml(io.BytesIO(to_graphml(hostile_graph()).encode()))
    shown = "\ufffd[2J\ufffdSurat\ufffd \ufffdDesa\nError: forged\ufffd\ufffd[link=javascript:alert(1)]x"
    assert graph.nodes["a"]["name"] == shown


def test_a_name_neither_controls_the_terminal_nor_begins_a_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    region_report.show_graph({"name": HOSTILE, "integrationGraph": hostile_graph()})
    printed = capsys.readouterr().out
    assert {character for character in printed if not character.isprintable()} == {"\n"}
    assert not any(line.lstrip().startswith("Error") for line in printed.splitlines())
    assert "[link=javascript:alert(1)]x" in "".join(printed.split("\n")).replace(" ", "")
    assert "\x1b" not in to_dot(hostile_graph())


def test_dot_escapes_quotes_backslashes_and_line_breaks() -> None:
    assert to_dot(GRAPH).splitlines() == [
        "digraph {",
        '  "a" [label="Surat \\"Desa\\" \\\\ <b> & é baru"];',
        '  "b" [label="B"];',
        '  "a" -> "b" [label="surat", style=solid, dir=both];',
        '  "a" -> "b" [label="surat", style=dashed];',
        "}",
    ]
