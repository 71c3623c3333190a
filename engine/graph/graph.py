"""The integration graph of a region: its applications, their exchanges, and which of them count.

Rule set 0.1 decides what counts. An exchange counts if it is active, has at least documented
evidence, was verified at most 365 days ago and is not manual. An exchange by file counts only if
the counterpart confirmed it. Unknown values are not guessed: an unknown mode may be a file, so
such an exchange also needs the confirmation, and an unknown date of verification never counts.
Exchanges that do not count stay in the graph with their defects, because an unknown value proves
neither that a claim is right nor that it is wrong.

Data flows from the `source` to the `target` of an integration, or both ways if its direction is
TWO_WAY.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum

from engine.model import (
    Application,
    ApplicationStatus,
    CommonApplication,
    EvidenceGrade,
    EvidenceKind,
    Integration,
    IntegrationDirection,
    IntegrationMode,
    IntegrationStatus,
)
from engine.plain_text import name_key

EVIDENCE_DAYS = 365  # evidence of an exchange is valid this long
LOG_DAYS = 90  # a machine log shows this long that the exchange runs
SEPARATOR = "\x1f"  # occurs in no id and no name
NOT_IN_USE = (ApplicationStatus.PLANNED, ApplicationStatus.INACTIVE, ApplicationStatus.RETIRED)


class IntegrationDefect(Enum):
    """A reason why an exchange does not count."""

    PLANNED = "PLANNED"
    WITHDRAWN = "WITHDRAWN"
    UNDOCUMENTED = "UNDOCUMENTED"  # claimed only
    OUT_OF_DATE = "OUT_OF_DATE"
    DATE_UNKNOWN = "DATE_UNKNOWN"  # no date, or one after today
    BY_HAND = "BY_HAND"
    FILE_UNCONFIRMED = "FILE_UNCONFIRMED"
    MODE_UNKNOWN = "MODE_UNKNOWN"  # unknown, and the counterpart did not confirm the exchange
    END_NOT_IN_USE = "END_NOT_IN_USE"  # an application at one end is planned, inactive or retired


UNKNOWN_VALUE_DEFECTS = (IntegrationDefect.DATE_UNKNOWN, IntegrationDefect.MODE_UNKNOWN)


class GraphNodeKind(Enum):
    """The kind of an end of an exchange."""

    APPLICATION = "APPLICATION"  # in the region's inventory
    COMMON_APPLICATION = "COMMON_APPLICATION"  # run by a central agency for all regions
    ELSEWHERE = "ELSEWHERE"  # in another region's inventory
    NAMED = "NAMED"  # known by name only; the owner is unknown


class GraphBasis(Enum):
    """The exchanges that a figure is computed from."""

    COUNTED = "COUNTED"
    RECORDED = "RECORDED"  # all exchanges that are not withdrawn, with any evidence


@dataclass(frozen=True, slots=True)
class GraphNode:
    """An end of exchanges. Every kind except APPLICATION is outside the region."""

    id: str
    name: str
    kind: GraphNodeKind
    region: str | None = None
    opd: str | None = None
    function: str = ""
    status: ApplicationStatus | None = None
    common_application: str | None = None
    version: int = 0  # version of the application; 0 for other nodes

    @property
    def inside(self) -> bool:
        """Whether the node is one of the region's own applications."""
        return self.kind is GraphNodeKind.APPLICATION


@dataclass(frozen=True, slots=True)
class GraphEdge:
    """An integration between two nodes."""

    id: str
    integration: Integration
    source: str
    target: str
    defects: tuple[IntegrationDefect, ...]  # empty if the edge counts
    hashed_values: str  # the values that rules read, as a text to hash

    @property
    def is_counted(self) -> bool:
        """Whether the edge has no defects."""
        return not self.defects

    @property
    def is_undecided(self) -> bool:
        """Whether the edge does not count only because values are unknown."""
        return bool(self.defects) and all(
            defect in UNKNOWN_VALUE_DEFECTS for defect in self.defects
        )

    @property
    def arcs(self) -> tuple[tuple[str, str], ...]:
        """The directions in which data flows, as (from, to) pairs."""
        forward = (self.source, self.target)
        if self.integration.direction is IntegrationDirection.TWO_WAY:
            return (forward, forward[::-1])
        return (forward,)

    def opposite_end(self, node: str) -> str:
        """Return the opposite end to `node`."""
        return self.target if node == self.source else self.source


@dataclass(frozen=True, slots=True)
class IntegrationGraph:
    """A region's nodes and edges on a day. A graph is immutable; a change makes a new graph."""

    region: str
    today: date
    nodes: Mapping[str, GraphNode]
    edges: Mapping[str, GraphEdge]  # by integration id, without withdrawn ones
    known_nodes: Mapping[str, GraphNode] = field(compare=False)  # all nodes that edges may refer to
    aliases: Mapping[str, str] = field(compare=False)  # names of common applications -> nodes

    @property
    def applications(self) -> list[GraphNode]:
        """The region's own nodes, by id."""
        return sorted(
            (node for node in self.nodes.values() if node.inside), key=lambda node: node.id
        )

    def edges_by_basis(self, basis: GraphBasis) -> list[GraphEdge]:
        """Return the edges of a basis, ordered by id."""
        edges = sorted(self.edges.values(), key=lambda edge: edge.id)
        return (
            edges if basis is GraphBasis.RECORDED else [edge for edge in edges if not edge.defects]
        )


def integration_defects(integration: Integration, today: date) -> tuple[IntegrationDefect, ...]:
    """Return why the integration does not count on a day; the result is empty if it counts."""
    defects = []
    if integration.status is not IntegrationStatus.ACTIVE:
        defects.append(IntegrationDefect[integration.status.value])
    if integration.mode is IntegrationMode.MANUAL:
        defects.append(IntegrationDefect.BY_HAND)
    if integration.evidence_grade < EvidenceGrade.DOCUMENTED:
        return (*defects, IntegrationDefect.UNDOCUMENTED)

    age = None if integration.verified_on is None else (today - integration.verified_on).days
    if age is None or age < 0:
        defects.append(IntegrationDefect.DATE_UNKNOWN)
    elif age > EVIDENCE_DAYS:
        defects.append(IntegrationDefect.OUT_OF_DATE)
    if not _has_valid_confirmation(integration, today):
        if integration.mode is IntegrationMode.FILE:
            defects.append(IntegrationDefect.FILE_UNCONFIRMED)
        elif integration.mode is IntegrationMode.UNKNOWN:
            defects.append(IntegrationDefect.MODE_UNKNOWN)
    return tuple(defects)


def _has_valid_confirmation(integration: Integration, today: date) -> bool:
    """Whether a confirmation by the counterpart or a machine log is valid on a day.

    An old log shows that the exchange ran, not that it still runs. A newer document renews neither
    a log nor a confirmation. Without a recorded day, the day of verification is used.
    """
    logs = [
        evidence.dated
        for evidence in integration.evidence
        if evidence.kind is EvidenceKind.MACHINE_LOG and evidence.dated is not None
    ]
    logged, confirmed = max(logs, default=None), integration.confirmed_on
    if logged is None and integration.evidence_grade is EvidenceGrade.LOGGED:
        logged = integration.verified_on or today
    if confirmed is None and integration.evidence_grade is EvidenceGrade.CONFIRMED:
        return True  # it is as old as the verification, whose age the caller checks
    return any(
        day is not None and (today - day).days <= valid_days
        for day, valid_days in ((confirmed, EVIDENCE_DAYS), (logged, LOG_DAYS))
    )


def counts_as_evidence(integration: Integration, today: date) -> bool:
    """Whether the integration counts on a day."""
    return not integration_defects(integration, today)


def build_integration_graph(
    region: str,
    applications: Iterable[Application],
    integrations: Iterable[Integration],
    *,
    today: date,
    elsewhere: Iterable[Application] = (),
    common: Iterable[CommonApplication] = (),
) -> IntegrationGraph:
    """Build the graph of a region.

    `integrations` holds the integrations in the region's log, and those of other regions that end
    in this one. `elsewhere` holds the applications at their far ends. A target that is known by
    name only becomes the common application with that name, or else a node of its own.
    """
    known_nodes: dict[str, GraphNode] = {}
    aliases: dict[str, str] = {}
    for service in common:
        node = f"common:{service.id}"
        known_nodes[node] = GraphNode(
            node, service.name, GraphNodeKind.COMMON_APPLICATION, common_application=service.id
        )
        name_parts = re.split(r"[,/()]", service.name)
        for alias in (service.id, service.name, *name_parts):
            aliases.setdefault(collapse_name(alias), node)
    aliases.pop("", None)
    for application in (*elsewhere, *applications):
        known_nodes[application.id] = _application_node(application, region)

    nodes = {
        id: node
        for id, node in known_nodes.items()
        if node.inside and node.status is not ApplicationStatus.RETIRED
    }
    edges: dict[str, GraphEdge] = {}
    graph = IntegrationGraph(region, today, nodes, edges, known_nodes, aliases)
    for integration in integrations:
        _add_edge(graph, nodes, edges, integration)
    return graph


def with_integration(graph: IntegrationGraph, integration: Integration) -> IntegrationGraph:
    """Return the graph after an integration was added or changed.

    The result equals a graph that is built from all integrations.
    """
    nodes, edges = dict(graph.nodes), dict(graph.edges)
    before = edges.pop(integration.id, None)
    if before is not None:
        touched = {end for edge in edges.values() for end in (edge.source, edge.target)}
        for end in {before.source, before.target} - touched:
            if not nodes[end].inside or nodes[end].status is ApplicationStatus.RETIRED:
                del nodes[end]  # only this edge needed the node
    changed = replace(graph, nodes=nodes, edges=edges)
    _add_edge(changed, nodes, edges, integration)
    return changed


def changed_edge_ends(before: IntegrationGraph, after: IntegrationGraph) -> frozenset[str]:
    """Return the ends of all edges that were added, removed or changed between two graphs."""
    ends = set()
    for graph, other in ((before, after), (after, before)):
        for id, edge in graph.edges.items():
            if other.edges.get(id) is not edge and other.edges.get(id) != edge:
                ends |= {edge.source, edge.target}
    return frozenset(ends)


def graph_revision(graph: IntegrationGraph) -> str:
    """Return a hash of the nodes, the edges and their defects, for use as a cache key."""
    nodes = sorted(f"{node.id} {node.version} {node.name}" for node in graph.nodes.values())
    edges = sorted(edge.hashed_values for edge in graph.edges.values())
    return hash_texts([graph.region, *nodes, "", *edges])


def hash_texts(parts: Iterable[str]) -> str:
    """Return the SHA-256 hash of a list of texts, in hexadecimal."""
    return hashlib.sha256(SEPARATOR.join(parts).encode()).hexdigest()


def collapse_name(name: str) -> str:
    """Return a name without case, spaces and signs: "SP4N-LAPOR!" becomes "sp4nlapor"."""
    return "".join(filter(str.isalnum, name_key(name)))


def _application_node(application: Application, region: str) -> GraphNode:
    inside = application.region == region
    return GraphNode(
        id=application.id,
        name=application.name,
        kind=GraphNodeKind.APPLICATION if inside else GraphNodeKind.ELSEWHERE,
        region=application.region,
        opd=application.opd,
        function=application.function,
        status=application.status,
        common_application=application.common_application,
        version=application.version,
    )


def _add_edge(
    graph: IntegrationGraph,
    nodes: dict[str, GraphNode],
    edges: dict[str, GraphEdge],
    integration: Integration,
) -> None:
    if integration.status is IntegrationStatus.WITHDRAWN:
        return
    source = graph.known_nodes.get(integration.source) or GraphNode(
        integration.source, integration.source, GraphNodeKind.ELSEWHERE
    )
    if integration.target is not None:
        name = integration.target_name or integration.target
        target = graph.known_nodes.get(integration.target) or GraphNode(
            integration.target, name, GraphNodeKind.ELSEWHERE
        )
    else:
        key = collapse_name(integration.target_name)
        alias = graph.aliases.get(key)
        target = (
            graph.known_nodes[alias]
            if alias is not None
            else GraphNode(f"named:{key}", integration.target_name, GraphNodeKind.NAMED)
        )
    if not (source.inside or target.inside):
        return  # the exchange is between two other regions
    for end in (source, target):
        nodes.setdefault(end.id, end)
    defects = integration_defects(integration, graph.today)
    if source.status in NOT_IN_USE or target.status in NOT_IN_USE:
        defects = (*defects, IntegrationDefect.END_NOT_IN_USE)
    state_values = (
        integration.id,
        str(integration.version),
        source.id,
        target.id,
        *[defect.value for defect in defects],
    )
    edges[integration.id] = GraphEdge(
        integration.id, integration, source.id, target.id, defects, " ".join(state_values)
    )
