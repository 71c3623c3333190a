"""Derives the data exchanges that a region requires, and matches them with its graph.

There are two kinds: exchanges between agencies with related work (a table of patterns), and
exchanges between services that an instrument names as partners. Both are examples, not law: their
coverage is a diagnostic and never decides a level. The match checks that an exchange exists, not
that it carries the right data.
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
    """An exchange that two agencies with related work are expected to have."""

    id: str
    one: tuple[str, ...]  # roles; any one of them suffices
    other: tuple[str, ...]
    data: str
    both_ways: bool
    weight: Fraction


@dataclass(frozen=True, slots=True)
class ExchangePatterns:
    """The table of patterns. `names` lists the names of agencies by role."""

    id: str
    version: str
    confirmed: bool
    note: str
    sources: tuple[str, ...]
    names: Mapping[str, tuple[str, ...]]
    exchanges: tuple[ExchangePattern, ...]

    def roles(self, opds: Iterable[Opd]) -> dict[str, str]:
        """Return roles by agency id, for agencies whose acronym or name is in the table."""
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
    """An exchange that is required between two groups of the region's applications."""

    id: str
    rule: str  # table and version
    data: str  # the data to exchange; empty if the rule names services only
    one: frozenset[str]
    other: frozenset[str]
    both_ways: bool
    weight: Fraction

    @property
    def applicable(self) -> bool:
        """Whether both groups have applications, and are not one and the same application."""
        return bool(self.one and self.other) and len(self.one | self.other) > 1


@dataclass(frozen=True, slots=True)
class RealisedExchange:
    """A required exchange and the edges that realise it; without edges it is missing."""

    required: RequiredExchange
    edges: tuple[str, ...]
    there: bool  # data flows from `one` to `other`
    back: bool  # data flows from `other` to `one`

    @property
    def reciprocal(self) -> bool:
        """Whether data flows both ways."""
        return self.there and self.back


def between_agencies(
    patterns: ExchangePatterns, opds: Iterable[Opd], applications: Iterable[GraphNode]
) -> tuple[RequiredExchange, ...]:
    """Return the exchanges that the patterns require between a region's applications."""
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
    """Return the exchanges between applications whose indicators an instrument pairs.

    `serves` holds the indicators that each application serves.
    """
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
    """Return each applicable exchange with the edges between its two groups."""
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
