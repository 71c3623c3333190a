"""Reachability and cut points: the reference, the accelerator and the slow definition agree."""

from __future__ import annotations

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.graph.connectivity import (
    Arc,
    Backend,
    Networkx,
    cut_points,
    nodes_of_mask,
    reachable_pairs,
    select_backend,
)

REFERENCE = Networkx()


@st.composite
def networks(draw: st.DrawFn) -> tuple[int, list[Arc]]:
    size = draw(st.integers(1, 14))
    node = st.integers(0, size - 1)
    return size, draw(st.lists(st.tuples(node, node), max_size=2 * size))


def pairs_by_definition(size: int, arcs: list[Arc]) -> int:
    network = networkx.DiGraph(arcs)
    network.add_nodes_from(range(size))
    return sum(len(networkx.descendants(network, node)) for node in network)


def cuts_by_definition(size: int, arcs: list[Arc]) -> dict[int, list[int]]:
    network = networkx.Graph(arcs)
    network.add_nodes_from(range(size))
    found = {}
    for node in networkx.articulation_points(network):
        rest = network.subgraph(networkx.node_connected_component(network, node) - {node})
        pieces = sorted(
            networkx.connected_components(rest), key=lambda each: (-len(each), min(each))
        )
        found[node] = sorted(set().union(*pieces[1:]))
    return found


@settings(deadline=None)  # a busy machine must not fail the test
@given(networks())
def test_the_reference_finds_what_the_definition_says(network: tuple[int, list[Arc]]) -> None:
    size, arcs = network
    assert reachable_pairs(size, arcs, REFERENCE) == pairs_by_definition(size, arcs)
    found = {
        node: list(nodes_of_mask(mask)) for node, mask in cut_points(size, arcs, REFERENCE).items()
    }
    assert found == cuts_by_definition(size, arcs)


@settings(deadline=None)  # a busy machine must not fail the test
@given(networks())
def test_the_accelerator_finds_what_the_reference_finds(network: tuple[int, list[Arc]]) -> None:
    size, arcs = network
    fast = select_backend()
    assert type(fast) is not Networkx
    assert reachable_pairs(size, arcs, fast) == reachable_pairs(size, arcs, REFERENCE)
    assert cut_points(size, arcs, fast) == cut_points(size, arcs, REFERENCE)


@pytest.mark.parametrize("by", [REFERENCE, select_backend()])
def test_a_cut_point_cuts_off_all_but_the_largest_piece(by: Backend) -> None:
    chain = [(0, 1), (1, 2), (2, 3), (3, 4)]
    assert cut_points(5, chain, by) == {1: 0b00001, 2: 0b11000, 3: 0b10000}
    assert reachable_pairs(5, chain, by) == 4 + 3 + 2 + 1
    ring = [*chain, (4, 0)]
    assert cut_points(5, ring, by) == {}
    assert reachable_pairs(5, ring, by) == 20


def test_the_reference_is_used_where_the_accelerator_is_not_wanted() -> None:
    assert type(select_backend(accelerated=False)) is Networkx
