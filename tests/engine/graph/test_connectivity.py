"""Reachability and cut points: the reference and the accelerator agree with the definition."""

from __future__ import annotations

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.graph.connectivity import (
    Arc,
    Backend,
    NetworkxBackend,
    cut_points,
    mask_nodes,
    reachable_pairs,
    select_backend,
)

REFERENCE = NetworkxBackend()


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
    cut_off = {}
    for node in networkx.articulation_points(network):
        remainder = network.subgraph(networkx.node_connected_component(network, node) - {node})
        pieces = sorted(
            networkx.connected_components(remainder), key=lambda piece: (-len(piece), min(piece))
        )
        cut_off[node] = sorted(set().union(*pieces[1:]))
    return cut_off


@settings(deadline=None)  # a busy machine must not fail the test
@given(networks())
def test_the_reference_agrees_with_the_definition(network: tuple[int, list[Arc]]) -> None:
    size, arcs = network
    assert reachable_pairs(size, arcs, REFERENCE) == pairs_by_definition(size, arcs)
    cut_off = {
        node: list(mask_nodes(mask)) for node, mask in cut_points(size, arcs, REFERENCE).items()
    }
    assert cut_off == cuts_by_definition(size, arcs)


@settings(deadline=None)  # a busy machine must not fail the test
@given(networks())
def test_the_accelerator_agrees_with_the_reference(network: tuple[int, list[Arc]]) -> None:
    size, arcs = network
    fast = select_backend()
    assert type(fast) is not NetworkxBackend
    assert reachable_pairs(size, arcs, fast) == reachable_pairs(size, arcs, REFERENCE)
    assert cut_points(size, arcs, fast) == cut_points(size, arcs, REFERENCE)


@pytest.mark.parametrize("backend", [REFERENCE, select_backend()])
def test_a_cut_point_cuts_off_all_but_the_largest_piece(backend: Backend) -> None:
    chain = [(0, 1), (1, 2), (2, 3), (3, 4)]
    assert cut_points(5, chain, backend) == {1: 0b00001, 2: 0b11000, 3: 0b10000}
    assert reachable_pairs(5, chain, backend) == 4 + 3 + 2 + 1
    ring = [*chain, (4, 0)]
    assert cut_points(5, ring, backend) == {}
    assert reachable_pairs(5, ring, backend) == 20


def test_the_reference_is_used_where_the_accelerator_is_disabled() -> None:
    assert type(select_backend(accelerated=False)) is NetworkxBackend
