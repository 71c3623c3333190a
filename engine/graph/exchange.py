"""The exchanges that a region's work asks for, and which of them its graph shows.

Two kinds: between agencies whose work meets (a table of patterns), and between the services that an
instrument names as each other's partners. Both are examples, not law: their coverage is a
diagnosis, never a level. That an exchange carries the right data is not checked, only that there is
one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.assessment.instrument import Instrument
from engine.graph.graph import GraphEdge, GraphNode, collapse_name
from engine.model import Opd


@dataclass(frozen=True, slots=True)
class ExchangePattern:
    """Two agencies whose work meets."""

    id: str
    one: tuple[str, ...]  # roles; any of them will do
    other: tuple[str, ...]
    data: str
    both_ways: bool
    weight: Fraction


@dataclass(frozen=True, slots=True)
class ExchangePatterns:
    """The table of patterns; `names` are those that an agency of each role goes by."""

    id: str
    version: str
    confirmed: bool
    note: str
    sources: tuple[str, ...]
    names: Mapping[str, tuple[str, ...]]
    exchanges: tuple[ExchangePattern, ...]

    def roles(self, opds: Iterable[Opd]) -> dict[str, str]:
        """The role of each agency, by its id; left out where neither acronym nor name tells."""
        role_of = {
            collapse_name(name): role for role, names in self.names.items() for name in names
        }
        found = {}
        for opd in opds:
            role = role_of.get(collapse_name(opd.acronym)) or role_of.get(collapse_name(opd.name))
            if role is not None:
                found[opd.id] = role
        return found


@dataclass(frozen=True, slots=True)
class RequiredExchange:
    """An exchange that is asked for between two groups of the region's applications."""

    id: str
    rule: str  # table and version
    data: str  # what should flow; empty where the rule names services only
    one: frozenset[str]
    other: frozenset[str]
    both_ways: bool
    weight: Fraction

    @property
    def applicable(self) -> bool:
        """Whether both groups are known, and are not one and the same application."""
        return bool(self.one and self.other) and len(self.one | self.other) > 1


@dataclass(frozen=True, slots=True)
class RealisedExchange:
    """A required exchange and the edges that realise it; none of one that is missing."""

    required: RequiredExchange
    edges: tuple[str, ...]
    there: bool  # data flows from the one to the other
    back: bool

    @property
    def reciprocal(self) -> bool:
        return self.there and self.back


def between_agencies(
    patterns: ExchangePatterns, opds: Iterable[Opd], applications: Iterable[GraphNode]
) -> tuple[RequiredExchange, ...]:
    """What the patterns ask of a region's applications."""
    roles = patterns.roles(opds)
    run_by: dict[str, set[str]] = {}
    for node in applications:
        if node.opd is not None and node.opd in roles:
            run_by.setdefault(roles[node.opd], set()).add(node.id)
    rule = f"{patterns.id}/{patterns.version}"

    def run(role: Iterable[str]) -> frozenset[str]:
        return frozenset().union(*(run_by.get(each, ()) for each in role))

    return tuple(
        RequiredExchange(
            each.id, rule, each.data, run(each.one), run(each.other), each.both_ways, each.weight
        )
        for each in patterns.exchanges
    )


def between_services(
    instrument: Instrument, serves: Mapping[str, Iterable[int]]
) -> tuple[RequiredExchange, ...]:
    """What an instrument's partners ask of the applications that serve its indicators."""
    serving: dict[int, set[str]] = {}
    for application, indicators in serves.items():
        for indicator in indicators:
            serving.setdefault(indicator, set()).add(application)
    pairs = {
        (min(each.number, partner), max(each.number, partner))
        for each in instrument.indicators
        for partner in (each.integration.partners if each.integration else ())
    }
    return tuple(
        RequiredExchange(
            id=f"{one}-{other}",
            rule=f"{instrument.id}/partners",
            data="",
            one=frozenset(serving.get(one, ())),
            other=frozenset(serving.get(other, ())),
            both_ways=False,
            weight=Fraction(1),
        )
        for one, other in sorted(pairs)
    )


def match_required_exchanges(
    required: Iterable[RequiredExchange], edges: Sequence[GraphEdge]
) -> tuple[RealisedExchange, ...]:
    """Each applicable exchange with the edges between its two groups."""
    touching: dict[str, list[GraphEdge]] = {}
    for edge in edges:
        touching.setdefault(edge.source, []).append(edge)
        touching.setdefault(edge.target, []).append(edge)
    found = []
    for each in required:
        if not each.applicable:
            continue
        ids: set[str] = set()
        there = back = False
        for node in each.one:
            for edge in touching.get(node, ()):
                if edge.other(node) not in each.other or edge.source == edge.target:
                    continue
                ids.add(edge.id)
                for source, _ in edge.arcs:
                    there, back = there or source == node, back or source != node
        found.append(RealisedExchange(each, tuple(sorted(ids)), there, back))
    return tuple(found)
