"""Export of the integration graph in the formats of other programs."""

from __future__ import annotations

import io

import networkx

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


def test_dot_escapes_quotes_backslashes_and_line_breaks() -> None:
    assert to_dot(GRAPH).splitlines() == [
        "digraph {",
        '  "a" [label="Surat \\"Desa\\" \\\\ <b> & é baru"];',
        '  "b" [label="B"];',
        '  "a" -> "b" [label="surat", style=solid, dir=both];',
        '  "a" -> "b" [label="surat", style=dashed];',
        "}",
    ]
