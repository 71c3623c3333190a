"""Gives the rules access to an inventory, records what they read, and defines their findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from engine.graph.graph import GraphEdge, GraphNode, IntegrationDefect
from engine.verification.inventory import Inventory
from engine.verification.rule import Requirement


class RequirementState(Enum):
    """Whether a requirement is met."""

    MET = "MET"
    UNKNOWN = "UNKNOWN"
    FAILED = "FAILED"


class VerificationGap(Enum):
    """The kind of a missing or unknown fact. The comments state the subject of each kind."""

    OPD_NOT_ON_BUS = "OPD_NOT_ON_BUS"  # an OPD
    NOT_ATTESTED = "NOT_ATTESTED"  # an OPD; empty if an application's owner is unknown
    NO_OPD = "NO_OPD"  # empty: no OPD is in scope that could attest an inventory
    NO_APPLICATION = "NO_APPLICATION"  # an indicator without a known application
    SERVICE_UNKNOWN = "SERVICE_UNKNOWN"  # an application; its functions are unknown
    NO_EXCHANGE = "NO_EXCHANGE"  # an application; empty: the region as a whole
    NOT_COUNTED = "NOT_COUNTED"  # an integration; the details are its defects
    OWNER_UNKNOWN = "OWNER_UNKNOWN"  # an integration; its target is known by name only
    PARTNER_NOT_NAMED = "PARTNER_NOT_NAMED"  # an integration with an unnamed partner
    NO_DOCUMENT = "NO_DOCUMENT"  # a kind of document
    DOCUMENT_UNDATED = "DOCUMENT_UNDATED"  # a document
    NOT_CONSULTED = "NOT_CONSULTED"  # an application
    CONSULTATION_UNKNOWN = "CONSULTATION_UNKNOWN"  # an application; empty: nothing is recorded
    DUPLICATE = "DUPLICATE"  # two applications, separated by a space
    NOT_DECIDABLE = "NOT_DECIDABLE"  # neither the graph nor documents can decide it


@dataclass(frozen=True, slots=True)
class MissingFact:
    """A missing or unknown fact, with its subject."""

    gap: VerificationGap
    subject: str = ""
    details: tuple[str, ...] = ()  # defects of an integration


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one requirement, with its evidence or its gaps."""

    requirement: Requirement
    state: RequirementState
    edges: tuple[str, ...]  # integrations that show the requirement or a part of it
    documents: tuple[str, ...]
    missing: tuple[MissingFact, ...]  # empty if the requirement is met


class Evaluation:
    """An index of an inventory for all rules, which records what the current rule reads."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self.applications = inventory.in_use()
        self.records: list[str] = []
        self.nodes_read: set[str] = set()  # nodes whose edges the current rule read
        self.read_all = False  # whether the current rule read all edges of the graph
        self.edges = sorted(inventory.graph.edges.values(), key=lambda edge: edge.id)
        self._texts: dict[str, str] = {}
        self._edges_at: dict[str, list[GraphEdge]] = {}
        for edge in self.edges:
            self._edges_at.setdefault(edge.source, []).append(edge)
            if edge.target != edge.source:
                self._edges_at.setdefault(edge.target, []).append(edge)
        self._serving: dict[int, list[GraphNode]] = {}
        for application in self.applications:
            for indicator in self.served_indicators(application.id):
                self._serving.setdefault(indicator, []).append(application)

    def record(self, label: str, *texts: object) -> None:
        """Record what was read. A verdict's hash of inputs is computed from these records."""
        self.records.append(label)
        self.records.extend(map(str, texts))

    def served_indicators(self, application: str) -> frozenset[int]:
        """Return the indicators that an application is known to serve."""
        return self.inventory.indicators_by_application.get(application, frozenset())

    def serving_applications(self, indicator: int) -> list[GraphNode]:
        """Return the applications in use that are known to serve an indicator, by id."""
        applications = self._serving.get(indicator, [])
        self.record(
            "serving", *(f"{application.id} {application.opd}" for application in applications)
        )
        return applications

    def edges_at(self, nodes: Iterable[str]) -> list[GraphEdge]:
        """Return the edges at any of these nodes."""
        ends = set(nodes)
        self.nodes_read |= ends
        edges = {edge.id: edge for node in sorted(ends) for edge in self._edges_at.get(node, ())}
        self.records.extend([edge.hashed_values for edge in edges.values()])
        return list(edges.values())

    def select_edges(self, predicate: Callable[[GraphEdge], bool]) -> list[GraphEdge]:
        """Return the edges of the whole graph for which `predicate` is true, by id."""
        self.read_all = True
        edges = [edge for edge in self.edges if predicate(edge)]
        self.records.extend([edge.hashed_values for edge in edges])
        return edges

    def clear_records(self) -> None:
        """Clear the records of the previous rule."""
        self.records, self.nodes_read, self.read_all = [], set(), False

    def read_far_node(self, id: str) -> GraphNode:
        """Return the far end of an edge, and record it with the indicators that it serves."""
        node = self.inventory.graph.nodes[id]
        if id not in self._texts:
            tags = " ".join(map(str, sorted(self.served_indicators(id))))
            self._texts[id] = f"{id} {node.kind.value} {tags}"
        self.records.append(self._texts[id])
        return node

    def attestation_gaps(self, opds: Iterable[str | None]) -> list[MissingFact]:
        """Return the gaps of the OPDs whose inventory cannot prove an absence.

        Without any OPD, the result is a NO_OPD gap.
        """
        owners = {opd or "" for opd in opds}
        if not owners:
            self.record("vouched for", "not", "no OPD")
            return [MissingFact(VerificationGap.NO_OPD)]
        unattested = sorted(owners - self.inventory.attesting_opds)
        self.record("vouched for", *sorted(owners - set(unattested)), "not", *unattested)
        return [MissingFact(VerificationGap.NOT_ATTESTED, opd) for opd in unattested]


def not_counted_gap(edge: GraphEdge) -> MissingFact:
    """Return the gap of an exchange that would suffice if it counted or its mode were known."""
    defects = edge.defects or (IntegrationDefect.MODE_UNKNOWN,)
    return MissingFact(
        VerificationGap.NOT_COUNTED, edge.id, tuple(defect.value for defect in defects)
    )


def met_finding(
    requirement: Requirement, edges: Iterable[GraphEdge] = (), documents: Iterable[str] = ()
) -> Finding:
    """Return the finding of a requirement that this evidence meets."""
    return Finding(requirement, RequirementState.MET, _ids(edges), tuple(sorted(documents)), ())


def unmet_finding(
    requirement: Requirement,
    missing: Iterable[MissingFact],
    *,
    unknown: bool,
    edges: Iterable[GraphEdge] = (),
) -> Finding:
    """Return the finding of a requirement that is not met, or is `unknown`."""
    state = RequirementState.UNKNOWN if unknown else RequirementState.FAILED
    return Finding(requirement, state, _ids(edges), (), tuple(missing))


def _ids(edges: Iterable[GraphEdge]) -> tuple[str, ...]:
    return tuple(sorted({edge.id for edge in edges}))
