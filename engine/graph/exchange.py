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
    first_roles: tuple[str, ...]  # roles; any one of them suffices
    second_roles: tuple[str, ...]
    data_object: str
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

    def roles_by_agency(self, opds: Iterable[Opd]) -> dict[str, str]:
        """Return roles by agency id, for agencies whose acronym or name is in the table."""
        role_of = {
            collapse_name(name): role for role, names in self.names.items() for name in names
        }
        roles = {}
        for opd in opds:
            role = role_of.get(collapse_name(opd.acronym)) or role_of.get(collapse_name(opd.name))
            if role is not None:
                roles[opd.id] = role
        return roles


@dataclass(frozen=True, slots=True)
class RequiredExchange:
    """An exchange that is required between two groups of the region's applications."""

    id: str
    rule: str  # table and version
    data_object: str  # the data to exchange; empty if the rule names services only
    first_applications: frozenset[str]
    second_applications: frozenset[str]
    is_two_way: bool
    weight: Fraction

    @property
    def applicable(self) -> bool:
        """Whether both groups have applications that can exchange data with each other."""
        return (
            bool(self.first_applications and self.second_applications)
            and len(self.first_applications | self.second_applications) > 1
        )


@dataclass(frozen=True, slots=True)
class RealisedExchange:
    """A required exchange and the edges that realise it; without edges it is missing."""

    required: RequiredExchange
    edges: tuple[str, ...]
    forward: bool  # data flows from the first group to the second
    backward: bool  # data flows from the second group to the first

    @property
    def reciprocal(self) -> bool:
        """Whether data flows both ways."""
        return self.forward and self.backward


def exchanges_between_agencies(
    patterns: ExchangePatterns, opds: Iterable[Opd], applications: Iterable[GraphNode]
) -> tuple[RequiredExchange, ...]:
    """Return the exchanges that the patterns require between a region's applications."""
    roles = patterns.roles_by_agency(opds)
    ids_by_role: dict[str, set[str]] = {}
    for node in applications:
        if node.opd is not None and node.opd in roles:
            ids_by_role.setdefault(roles[node.opd], set()).add(node.id)
    rule = f"{patterns.id}/{patterns.version}"

    def applications_of(side_roles: Iterable[str]) -> frozenset[str]:
        return frozenset().union(*(ids_by_role.get(role, ()) for role in side_roles))

    return tuple(
        RequiredExchange(
            pattern.id,
            rule,
            pattern.data_object,
            applications_of(pattern.first_roles),
            applications_of(pattern.second_roles),
            pattern.both_ways,
            pattern.weight,
        )
        for pattern in patterns.exchanges
    )


def exchanges_between_services(
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
        (min(indicator.number, partner), max(indicator.number, partner))
        for indicator in instrument.indicators
        for partner in (indicator.integration.partners if indicator.integration else ())
    }
    return tuple(
        RequiredExchange(
            id=f"{first}-{second}",
            rule=f"{instrument.id}/partners",
            data_object="",
            first_applications=frozenset(serving.get(first, ())),
            second_applications=frozenset(serving.get(second, ())),
            is_two_way=False,
            weight=Fraction(1),
        )
        for first, second in sorted(pairs)
    )


def match_required_exchanges(
    required: Iterable[RequiredExchange], edges: Sequence[GraphEdge]
) -> tuple[RealisedExchange, ...]:
    """Return each applicable exchange with the edges between its two groups."""
    touching: dict[str, list[GraphEdge]] = {}
    for edge in edges:
        touching.setdefault(edge.source, []).append(edge)
        touching.setdefault(edge.target, []).append(edge)
    realised = []
    for exchange in required:
        if not exchange.applicable:
            continue
        ids: set[str] = set()
        forward = backward = False
        for node in exchange.first_applications:
            for edge in touching.get(node, ()):
                if (
                    edge.opposite_end(node) not in exchange.second_applications
                    or edge.source == edge.target
                ):
                    continue
                ids.add(edge.id)
                for source, _ in edge.arcs:
                    forward, backward = forward or source == node, backward or source != node
        realised.append(RealisedExchange(exchange, tuple(sorted(ids)), forward, backward))
    return tuple(realised)
