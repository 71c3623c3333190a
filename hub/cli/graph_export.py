"""`simpul graph --format`: the integration graph as GraphML or DOT."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.visible_text import to_visible_text

NODE_KEYS = ("name", "kind", "functionText", "status")
EDGE_KEYS = ("dataObject", "mode", "direction", "status", "evidenceGrade", "verifiedOn")

Graph = dict[str, Any]  # `integrationGraph` of the API


def to_graphml(graph: Graph) -> str:
    """Return the graph as GraphML, without unknown values and what XML forbids."""
    import networkx

    network = networkx.MultiDiGraph()
    for node in graph["nodes"]:
        attributes = _known_values(node, NODE_KEYS)
        if node["region"] is not None:
            attributes["regionCode"] = node["region"]["code"]
        if node["opd"] is not None:
            attributes["opdId"] = node["opd"]["id"]
        network.add_node(to_visible_text(node["nodeId"]), **attributes)
    for edge in graph["edges"]:
        attributes = _known_values(edge["integration"], EDGE_KEYS)
        # networkx writes True, which is not XML.
        attributes["isCounted"] = str(edge["isCounted"]).lower()
        if edge["defects"]:
            attributes["defects"] = " ".join(edge["defects"])
        source, target, id = map(
            to_visible_text, (edge["sourceId"], edge["targetId"], edge["integration"]["id"])
        )
        network.add_edge(source, target, key=id, **attributes)
    return "\n".join([*networkx.generate_graphml(network), ""])


def to_dot(graph: Graph) -> str:
    """Return the graph in DOT, Graphviz' language; exchanges that do not count are dashed.

    networkx needs pydot or Graphviz for this, which are large dependencies for the two rules of a
    quoted string.
    """
    lines = ["digraph {"]
    for node in graph["nodes"]:
        lines.append(f"  {_quote(node['nodeId'])} [label={_quote(node['name'])}];")
    for edge in graph["edges"]:
        style = "solid" if edge["isCounted"] else "dashed"
        both = ", dir=both" if edge["integration"]["direction"] == "TWO_WAY" else ""
        label = _quote(edge["integration"]["dataObject"] or "")
        ends = f"{_quote(edge['sourceId'])} -> {_quote(edge['targetId'])}"
        lines.append(f"  {ends} [label={label}, style={style}{both}];")
    return "\n".join([*lines, "}", ""])


def _known_values(values: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: to_visible_text(values[key]) for key in keys if values[key] is not None}


def _quote(text: str) -> str:
    # A backslash begins an escape in a label ("\N" is the node's name), a quote ends the string.
    escaped = to_visible_text(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{" ".join(escaped.split())}"'


FORMATS: dict[str, Callable[[Graph], str]] = {"dot": to_dot, "graphml": to_graphml}
