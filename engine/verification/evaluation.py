"""An inventory as the rules read it, and what they answer: evidence, gaps, and what was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from engine.graph.graph import GraphEdge, GraphNode, IntegrationDefect
from engine.verification.inventory import Inventory
from engine.verification.rule import Requirement


class FindingState(Enum):
    """What is known of a requirement."""

    MET = "MET"
    UNKNOWN = "UNKNOWN"
    FAILED = "FAILED"


class VerificationGap(Enum):
    """What is missing or not known, and what its subject is."""

    OPD_NOT_ON_BUS = "OPD_NOT_ON_BUS"  # an OPD
    NOT_VOUCHED_FOR = "NOT_VOUCHED_FOR"  # an OPD; empty where an application's owner is not known
    NO_OPD = "NO_OPD"  # empty: no OPD is in scope, so that none vouches for an inventory
    NO_APPLICATION = "NO_APPLICATION"  # an indicator that no application is known to serve
    SERVICE_UNKNOWN = "SERVICE_UNKNOWN"  # an application: nobody said what it serves
    NO_EXCHANGE = "NO_EXCHANGE"  # an application; empty: the region as a whole
    NOT_COUNTED = "NOT_COUNTED"  # an integration, with its defects
    OWNER_UNKNOWN = "OWNER_UNKNOWN"  # an integration whose target is known by name only
    PARTNER_NOT_NAMED = "PARTNER_NOT_NAMED"  # an integration; the partners named are examples
    NO_DOCUMENT = "NO_DOCUMENT"  # a kind of document
    DOCUMENT_UNDATED = "DOCUMENT_UNDATED"  # a document
    NOT_CONSULTED = "NOT_CONSULTED"  # an application
    CONSULTATION_UNKNOWN = "CONSULTATION_UNKNOWN"  # an application; empty: nothing is recorded
    DUPLICATE = "DUPLICATE"  # two applications, with a space between
    NOT_DECIDABLE = "NOT_DECIDABLE"  # neither graph nor documents can tell


@dataclass(frozen=True, slots=True)
class Missing:
    """One gap."""

    gap: VerificationGap
    subject: str = ""
    details: tuple[str, ...] = ()  # defects of an integration


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to one requirement."""

    requirement: Requirement
    state: FindingState
    edges: tuple[str, ...]  # integrations that show it, or a part of it
    documents: tuple[str, ...]
    missing: tuple[Missing, ...]  # empty where it is met


class Evaluation:
    """An inventory, indexed once for all rules, that notes what the current rule reads."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self.applications = inventory.in_use()
        self.noted: list[str] = []
        self.read_at: set[str] = set()  # nodes whose edges the current rule read
        self.read_all = False  # or all edges, of the whole graph
        self.edges = sorted(inventory.graph.edges.values(), key=lambda edge: edge.id)
        self._texts: dict[str, str] = {}
        self._at: dict[str, list[GraphEdge]] = {}
        for edge in self.edges:
            self._at.setdefault(edge.source, []).append(edge)
            if edge.target != edge.source:
                self._at.setdefault(edge.target, []).append(edge)
        self._serving: dict[int, list[GraphNode]] = {}
        for application in self.applications:
            for indicator in self.serves(application.id):
                self._serving.setdefault(indicator, []).append(application)

    def note(self, what: str, *texts: object) -> None:
        """Remember what was read: the hash of a verdict's inputs is made of it."""
        self.noted.append(what)
        self.noted.extend(map(str, texts))

    def serves(self, application: str) -> frozenset[int]:
        """The indicators that an application is known to serve."""
        return self.inventory.serves.get(application, frozenset())

    def serving(self, indicator: int) -> list[GraphNode]:
        """The applications in use that are known to serve an indicator, by id."""
        found = self._serving.get(indicator, [])
        self.note("serving", *(f"{each.id} {each.opd}" for each in found))
        return found

    def edges_at(self, nodes: Iterable[str]) -> list[GraphEdge]:
        """The edges at any of these nodes."""
        asked = set(nodes)
        self.read_at |= asked
        found = {edge.id: edge for node in sorted(asked) for edge in self._at.get(node, ())}
        self.noted.extend([edge.state for edge in found.values()])
        return list(found.values())

    def chosen(self, wanted: Callable[[GraphEdge], bool]) -> list[GraphEdge]:
        """The edges of the whole graph that are wanted, by id."""
        self.read_all = True
        found = [edge for edge in self.edges if wanted(edge)]
        self.noted.extend([edge.state for edge in found])
        return found

    def start(self) -> None:
        """Forget what the rule before has read."""
        self.noted, self.read_at, self.read_all = [], set(), False

    def node(self, id: str) -> GraphNode:
        """The far end of an edge, noted with what it serves."""
        node = self.inventory.graph.nodes[id]
        if id not in self._texts:
            tags = " ".join(map(str, sorted(self.serves(id))))
            self._texts[id] = f"{id} {node.kind.value} {tags}"
        self.noted.append(self._texts[id])
        return node

    def not_vouched_for(self, opds: Iterable[str | None]) -> list[Missing]:
        """The OPDs among these whose absences prove nothing, or that there is none to vouch."""
        asked = {each or "" for each in opds}
        if not asked:
            self.note("vouched for", "not", "no OPD")
            return [Missing(VerificationGap.NO_OPD)]
        left = sorted(asked - self.inventory.vouched_for)
        self.note("vouched for", *sorted(asked - set(left)), "not", *left)
        return [Missing(VerificationGap.NOT_VOUCHED_FOR, opd) for opd in left]


def not_counted(edge: GraphEdge) -> Missing:
    """The gap of an exchange that would do if it counted, or if its mode were known."""
    why = edge.defects or (IntegrationDefect.MODE_UNKNOWN,)
    return Missing(VerificationGap.NOT_COUNTED, edge.id, tuple(defect.value for defect in why))


def met_finding(
    asked: Requirement, edges: Iterable[GraphEdge] = (), documents: Iterable[str] = ()
) -> Finding:
    """The requirement is met, by this evidence."""
    return Finding(asked, FindingState.MET, _ids(edges), tuple(sorted(documents)), ())


def unmet_finding(
    asked: Requirement,
    missing: Iterable[Missing],
    *,
    unknown: bool,
    edges: Iterable[GraphEdge] = (),
) -> Finding:
    """The requirement is not met, or it is not known whether it is."""
    state = FindingState.UNKNOWN if unknown else FindingState.FAILED
    return Finding(asked, state, _ids(edges), (), tuple(missing))


def _ids(edges: Iterable[GraphEdge]) -> tuple[str, ...]:
    return tuple(sorted({each.id for each in edges}))
