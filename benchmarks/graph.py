"""Benchmark of the graph, its levels and its diagnostics on simulated regions, in CPU time.

    python benchmarks/graph.py [--runs 25] [--regions 552]

The regions are SIMULATED (a fixed seed; a few applications have most of the exchanges): they show
what the code costs, not what regions look like. The peer in the same run is the direct networkx
implementation of each measure (descendants of every node, components without each cut point).
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import networkx

from engine.graph.connectivity import Networkx, cut_points, reachable_pairs, select_backend
from engine.graph.diagnostics import diagnose_graph
from engine.graph.exchange import between_agencies, between_services
from engine.graph.graph import (
    IntegrationGraph,
    build_integration_graph,
    changed_edge_ends,
    with_integration,
)
from engine.graph.layout import node_positions
from engine.model import (
    Application,
    ApplicationStatus,
    CommonApplication,
    EvidenceKind,
    Integration,
    IntegrationDirection,
    IntegrationMode,
    IntegrationStatus,
    Opd,
    Provenance,
)
from engine.verification.inventory import Inventory, ReviewDocument, indicators_by_application
from engine.verification.verification import Verification, verify_again, verify_levels
from facts.instrument import instrument_by_id
from facts.rule_table import exchange_patterns, rule_tables

TODAY = date(2026, 11, 24)
SIMULATED = Provenance("SIMULATED", confirmed=False)
SPBE = instrument_by_id("spbe-2020")
RULES = rule_tables()["spbe-2020"]
LEVELS = {each.number: 4 for each in SPBE.indicators}
SPLP = CommonApplication("splp", "SPLP", "", "", "", (), SIMULATED)

Region = tuple[list[Application], list[Integration], list[Opd]]


def simulated(region: str, applications: int, integrations: int, seed: int) -> Region:
    """Return the applications, integrations and OPDs of a simulated region."""
    chance = random.Random(seed)
    names = list(exchange_patterns().names.values())
    opds = [
        Opd(
            f"{region}.{at}",
            region,
            names[at % len(names)][0],
            names[at % len(names)][0],
            SIMULATED,
        )
        for at in range(max(4, applications // 12))
    ]
    own = [
        Application(
            id=f"{region}-{at:04}",
            region=region,
            opd=chance.choice(opds).id,
            name=f"Application {at}",
            status=ApplicationStatus.ACTIVE,
            version=1,
            provenance=SIMULATED,
            year=chance.randrange(2015, 2027),
        )
        for at in range(applications)
    ]
    drawn = []
    for at in range(integrations):
        source = chance.randrange(applications)
        target = (source + 1 + int((applications - 1) * chance.random() ** 2)) % applications
        to_bus = chance.random() < 0.02
        drawn.append(
            Integration(
                id=f"{region}-E{at:05}",
                region=region,
                source=own[source].id,
                target=None if to_bus else own[target].id,
                target_name="SPLP" if to_bus else own[target].name,
                data_object=f"data {chance.randrange(200)}",
                mode=chance.choice(list(IntegrationMode)),
                direction=chance.choice(list(IntegrationDirection)),
                status=IntegrationStatus.ACTIVE,
                evidence_grade=chance.randrange(4),
                version=1,
                provenance=SIMULATED,
                verified_on=TODAY - timedelta(days=chance.randrange(450)),
            )
        )
    return own, drawn, opds


def inventory(graph: IntegrationGraph, region: Region) -> Inventory:
    """Return an inventory: a third of the applications serve an indicator, and every OPD attests."""
    own, _, opds = region
    tags = {each.id: [32 + at % 16] for at, each in enumerate(own) if at % 3 == 0}
    return Inventory(
        graph=graph,
        year=2026,
        opds=tuple(each.id for each in opds),
        serves=indicators_by_application(own, [SPLP], tags),
        vouched_for=frozenset(each.id for each in opds),
        documents=(ReviewDocument("d", 18, EvidenceKind.REVIEW, TODAY),),
        documents_closed=True,
    )


def everything(region: Region, *, accelerated: bool) -> Verification:
    """Run a full recompute of one region: graph, levels, index, diagnostics."""
    own, drawn, opds = region
    graph = build_integration_graph(own[0].region, own, drawn, today=TODAY, common=[SPLP])
    held = inventory(graph, region)
    required = (
        *between_agencies(exchange_patterns(), opds, graph.applications),
        *between_services(SPBE, held.serves),
    )
    diagnose_graph(graph, required, backend=select_backend(accelerated))
    return verify_levels(SPBE, RULES, LEVELS, held)


def plain_networkx(size: int, arcs: list[tuple[int, int]]) -> None:
    """Compute reach and cut points directly from their definitions."""
    network = networkx.DiGraph(arcs)
    network.add_nodes_from(range(size))
    for node in network:
        networkx.descendants(network, node)
    undirected = network.to_undirected()
    for node in list(networkx.articulation_points(undirected)):
        rest = undirected.copy()
        rest.remove_node(node)
        networkx.number_connected_components(rest)


def ours(size: int, arcs: list[tuple[int, int]]) -> None:
    """Compute the same as `plain_networkx`, and in addition what each cut point cuts off."""
    reachable_pairs(size, arcs, select_backend())
    cut_points(size, arcs, select_backend())


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(line + "\n")


def timed(runs: int, work: Callable[[], object]) -> float:
    """Return the median CPU time in ms, after one run to warm up."""
    work()
    times = []
    for _ in range(runs):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times) * 1000


def one_region(applications: int, integrations: int, runs: int) -> None:
    """Print the CPU time of each computation on one simulated region."""
    region = simulated("99", applications, integrations, seed=1)
    own, drawn, opds = region
    graph = build_integration_graph("99", own, drawn, today=TODAY, common=[SPLP])
    held = inventory(graph, region)
    required = (
        *between_agencies(exchange_patterns(), opds, graph.applications),
        *between_services(SPBE, held.serves),
    )
    confirmed = replace(drawn[0], version=2, evidence_grade=2, verified_on=TODAY)

    before = verify_levels(SPBE, RULES, LEVELS, held)

    def levels() -> Verification:
        after = with_integration(graph, confirmed)
        ends = changed_edge_ends(graph, after)
        return verify_again(before, SPBE, RULES, LEVELS, replace(held, graph=after), changed=ends)

    assert levels() == verify_levels(
        SPBE, RULES, LEVELS, replace(held, graph=with_integration(graph, confirmed))
    )

    at = {each.id: number for number, each in enumerate(graph.applications)}
    arcs = [
        (at[one], at[other])
        for edge in graph.edges.values()
        for one, other in edge.arcs
        if edge.counts and one in at and other in at
    ]
    lines: list[tuple[str, Callable[[], object]]] = [
        (
            "graph from nothing",
            lambda: build_integration_graph("99", own, drawn, today=TODAY, common=[SPLP]),
        ),
        ("one edge changed: levels and index", levels),
        ("all levels and index again", lambda: verify_levels(SPBE, RULES, LEVELS, held)),
        ("diagnostics, networkx", lambda: diagnose_graph(graph, required, backend=Networkx())),
        (
            "diagnostics, rustworkx",
            lambda: diagnose_graph(graph, required, backend=select_backend()),
        ),
        ("reach and cut points, ours", lambda: ours(len(at), arcs)),
        ("reach and cut points, plain networkx", lambda: plain_networkx(len(at), arcs)),
    ]
    say(f"\n{applications} applications, {integrations} edges, {len(arcs)} arcs that count")
    for name, work in lines:
        say(f"  {name:40}{timed(runs, work):9.2f}")
    once = timed(3, lambda: node_positions(graph.nodes.values(), graph.edges.values()))
    say(f"  {'layout (cached by revision)':40}{once:9.2f}")


def main() -> None:
    """Measure single regions of two sizes, then full recomputes of many regions."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=25)
    parser.add_argument("--regions", type=int, default=552)
    chosen = parser.parse_args()
    say("All regions are simulated. Median CPU ms.")
    for applications, integrations in ((50, 180), (490, 1800)):
        one_region(applications, integrations, chosen.runs)

    say(f"\nfull recompute of {chosen.regions} regions of 50 applications and 180 edges, in all")
    for accelerated in (False, True):
        name = "rustworkx" if accelerated else "networkx"
        took = 0.0
        for at in range(chosen.regions):
            region = simulated(f"{at:03}", 50, 180, seed=at)
            start = time.process_time()
            everything(region, accelerated=accelerated)
            took += time.process_time() - start
        say(f"  {name:40}{took * 1000:9.0f}")


if __name__ == "__main__":
    main()
