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

from engine.graph.connectivity import NetworkxBackend, cut_points, reachable_pairs, select_backend
from engine.graph.diagnostics import diagnose_graph
from engine.graph.exchange import exchanges_between_agencies, exchanges_between_services
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
    CommonApplicationClassification,
    EvidenceGrade,
    EvidenceKind,
    Integration,
    IntegrationDirection,
    IntegrationMode,
    IntegrationStatus,
    Opd,
    Provenance,
)
from engine.verification.inventory import Inventory, ReviewDocument, indicators_by_application
from engine.verification.verification import Verification, update_verification, verify_levels
from facts.instrument import instrument_by_id
from facts.rule_table import exchange_patterns, rule_tables

TODAY = date(2026, 11, 24)
SIMULATED = Provenance("SIMULATED", confirmed=False)
SPBE = instrument_by_id("spbe-2020")
RULES = rule_tables()["spbe-2020"]
LEVELS = {indicator.number: 4 for indicator in SPBE.indicators}
SPLP = CommonApplication(
    "splp", "SPLP", "", CommonApplicationClassification.INFRASTRUCTURE, "", (), SIMULATED
)

Region = tuple[list[Application], list[Integration], list[Opd]]


def simulate_region(region: str, applications: int, integrations: int, seed: int) -> Region:
    """Return the applications, integrations and OPDs of a simulated region."""
    generator = random.Random(seed)
    names = list(exchange_patterns().names.values())
    opds = [
        Opd(
            f"{region}.{number}",
            region,
            names[number % len(names)][0],
            names[number % len(names)][0],
            SIMULATED,
        )
        for number in range(max(4, applications // 12))
    ]
    region_applications = [
        Application(
            id=f"{region}-{number:04}",
            region=region,
            opd=generator.choice(opds).id,
            name=f"Application {number}",
            status=ApplicationStatus.ACTIVE,
            version=1,
            provenance=SIMULATED,
            year=generator.randrange(2015, 2027),
        )
        for number in range(applications)
    ]
    region_integrations = []
    for number in range(integrations):
        source = generator.randrange(applications)
        target = (source + 1 + int((applications - 1) * generator.random() ** 2)) % applications
        to_bus = generator.random() < 0.02
        region_integrations.append(
            Integration(
                id=f"{region}-E{number:05}",
                region=region,
                source=region_applications[source].id,
                target=None if to_bus else region_applications[target].id,
                target_name="SPLP" if to_bus else region_applications[target].name,
                data_object=f"data {generator.randrange(200)}",
                mode=generator.choice(list(IntegrationMode)),
                direction=generator.choice(list(IntegrationDirection)),
                status=IntegrationStatus.ACTIVE,
                evidence_grade=EvidenceGrade(generator.randrange(4)),
                version=1,
                provenance=SIMULATED,
                verified_on=TODAY - timedelta(days=generator.randrange(450)),
            )
        )
    return region_applications, region_integrations, opds


def build_inventory(graph: IntegrationGraph, region: Region) -> Inventory:
    """Return an inventory in which a third of the applications serve an indicator."""
    applications, _, opds = region
    tags = {
        application.id: [32 + number % 16]
        for number, application in enumerate(applications)
        if number % 3 == 0
    }
    return Inventory(
        graph=graph,
        year=2026,
        opds=tuple(opd.id for opd in opds),
        indicators_by_application=indicators_by_application(applications, [SPLP], tags),
        attesting_opds=frozenset(opd.id for opd in opds),
        documents=(ReviewDocument("d", 18, EvidenceKind.REVIEW, TODAY),),
        documents_closed=True,
    )


def recompute_region(region: Region, *, accelerated: bool) -> Verification:
    """Run a full recompute of one region: graph, levels, index, diagnostics."""
    applications, integrations, opds = region
    graph = build_integration_graph(
        applications[0].region, applications, integrations, today=TODAY, common=[SPLP]
    )
    inventory = build_inventory(graph, region)
    required = (
        *exchanges_between_agencies(exchange_patterns(), opds, graph.applications),
        *exchanges_between_services(SPBE, inventory.indicators_by_application),
    )
    diagnose_graph(graph, required, backend=select_backend(accelerated))
    return verify_levels(SPBE, RULES, LEVELS, inventory)


def compute_with_networkx(size: int, arcs: list[tuple[int, int]]) -> None:
    """Compute reach and cut points directly from their definitions."""
    network = networkx.DiGraph(arcs)
    network.add_nodes_from(range(size))
    for node in network:
        networkx.descendants(network, node)
    undirected = network.to_undirected()
    for node in list(networkx.articulation_points(undirected)):
        remaining = undirected.copy()
        remaining.remove_node(node)
        networkx.number_connected_components(remaining)


def compute_with_engine(size: int, arcs: list[tuple[int, int]]) -> None:
    """Compute the same as `plain_networkx`, and in addition what each cut point cuts off."""
    reachable_pairs(size, arcs, select_backend())
    cut_points(size, arcs, select_backend())


def print_line(line: str) -> None:
    """Print a line."""
    sys.stdout.write(line + "\n")


def median_milliseconds(runs: int, work: Callable[[], object]) -> float:
    """Return the median CPU time in ms, after one run to warm up."""
    work()
    times = []
    for _ in range(runs):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times) * 1000


def measure_region(applications: int, integrations: int, runs: int) -> None:
    """Print the CPU time of each computation on one simulated region."""
    region = simulate_region("99", applications, integrations, seed=1)
    region_applications, region_integrations, opds = region
    graph = build_integration_graph(
        "99", region_applications, region_integrations, today=TODAY, common=[SPLP]
    )
    inventory = build_inventory(graph, region)
    required = (
        *exchanges_between_agencies(exchange_patterns(), opds, graph.applications),
        *exchanges_between_services(SPBE, inventory.indicators_by_application),
    )
    confirmed = replace(
        region_integrations[0], version=2, evidence_grade=EvidenceGrade.CONFIRMED, verified_on=TODAY
    )

    before = verify_levels(SPBE, RULES, LEVELS, inventory)

    def levels() -> Verification:
        after = with_integration(graph, confirmed)
        ends = changed_edge_ends(graph, after)
        return update_verification(
            before, SPBE, RULES, LEVELS, replace(inventory, graph=after), changed=ends
        )

    assert levels() == verify_levels(
        SPBE, RULES, LEVELS, replace(inventory, graph=with_integration(graph, confirmed))
    )

    index = {application.id: number for number, application in enumerate(graph.applications)}
    arcs = [
        (index[source], index[target])
        for edge in graph.edges.values()
        for source, target in edge.arcs
        if edge.is_counted and source in index and target in index
    ]
    lines: list[tuple[str, Callable[[], object]]] = [
        (
            "graph from nothing",
            lambda: build_integration_graph(
                "99", region_applications, region_integrations, today=TODAY, common=[SPLP]
            ),
        ),
        ("one edge changed: levels and index", levels),
        ("all levels and index again", lambda: verify_levels(SPBE, RULES, LEVELS, inventory)),
        (
            "diagnostics, networkx",
            lambda: diagnose_graph(graph, required, backend=NetworkxBackend()),
        ),
        (
            "diagnostics, rustworkx",
            lambda: diagnose_graph(graph, required, backend=select_backend()),
        ),
        ("reach and cut points, ours", lambda: compute_with_engine(len(index), arcs)),
        ("reach and cut points, plain networkx", lambda: compute_with_networkx(len(index), arcs)),
    ]
    print_line(f"\n{applications} applications, {integrations} edges, {len(arcs)} arcs that count")
    for name, work in lines:
        print_line(f"  {name:40}{median_milliseconds(runs, work):9.2f}")
    layout_milliseconds = median_milliseconds(
        3, lambda: node_positions(graph.nodes.values(), graph.edges.values())
    )
    print_line(f"  {'layout (cached by revision)':40}{layout_milliseconds:9.2f}")


def main() -> None:
    """Measure single regions of two sizes, then full recomputes of many regions."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=25)
    parser.add_argument("--regions", type=int, default=552)
    options = parser.parse_args()
    print_line("All regions are simulated. Median CPU ms.")
    for applications, integrations in ((50, 180), (490, 1800)):
        measure_region(applications, integrations, options.runs)

    print_line(
        f"\nfull recompute of {options.regions} regions of 50 applications and 180 edges, in all"
    )
    for accelerated in (False, True):
        name = "rustworkx" if accelerated else "networkx"
        seconds = 0.0
        for number in range(options.regions):
            region = simulate_region(f"{number:03}", 50, 180, seed=number)
            start = time.process_time()
            recompute_region(region, accelerated=accelerated)
            seconds += time.process_time() - start
        print_line(f"  {name:40}{seconds * 1000:9.0f}")


if __name__ == "__main__":
    main()
