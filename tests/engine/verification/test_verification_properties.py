"""Properties that every verification has, for random inventories and claims."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from engine.graph.graph import changed_edge_ends, with_integration
from engine.model import (
    Integration,
    IntegrationMode,
)
from engine.verification.verification import VerificationFlag, verify_again, verify_levels
from tests.engine.verification.inventories import RULES, SPBE, TODAY, exchange, held

INTEGRATIONS = st.builds(
    lambda ends, mode, grade, dated: replace(
        exchange(*ends, mode), evidence_grade=grade, verified_on=TODAY if dated else None
    ),
    ends=st.sampled_from(
        [(one, to) for one in "abc" for to in ("a", "b", "c", "n", "SPLP", "SIMPEG") if one != to]
    ),
    mode=st.sampled_from(IntegrationMode),
    grade=st.integers(0, 3),
    dated=st.booleans(),
)
LEVELS = {each.number: 4 for each in SPBE.indicators}


def latest(integrations: Iterable[Integration]) -> dict[str, Integration]:
    return {each.id: each for each in integrations}


@given(st.lists(INTEGRATIONS, max_size=6), INTEGRATIONS)
def test_verifying_again_after_a_change_equals_verifying_from_scratch(
    drawn: list[Integration], change: Integration
) -> None:
    inventory = held(*latest(drawn).values())
    before = verify_levels(SPBE, RULES, LEVELS, inventory)
    after = with_integration(inventory.graph, change)
    changed = replace(inventory, graph=after)
    again = verify_again(
        before, SPBE, RULES, LEVELS, changed, changed=changed_edge_ends(inventory.graph, after)
    )
    from_scratch = verify_levels(SPBE, RULES, LEVELS, held(*latest([*drawn, change]).values()))
    assert again == from_scratch


@given(st.lists(INTEGRATIONS, max_size=6), st.sets(st.sampled_from("xyz")))
def test_bounds_are_in_order_and_no_claim_is_ever_raised(
    drawn: list[Integration], vouched: set[str]
) -> None:
    inventory = held(*latest(drawn).values(), vouched_for=frozenset(vouched))
    found = verify_levels(SPBE, RULES, LEVELS, inventory)
    assert found.claimed is not None
    assert found.supported is not None
    assert found.not_refuted is not None
    assert found.supported.exact <= found.not_refuted.exact <= found.claimed.exact
    for each in found.verdicts:
        assert 1 <= each.ceiling <= each.not_refuted <= 5
        assert (each.flag is VerificationFlag.OVER_CLAIM) is (each.not_refuted < 4)
    if not vouched:
        graph_only = [each for each in found.verdicts if each.indicator != 18]
        assert not any(each.flag is VerificationFlag.OVER_CLAIM for each in graph_only)


@given(st.lists(INTEGRATIONS, max_size=5), INTEGRATIONS)
def test_another_exchange_lowers_no_ceiling(drawn: list[Integration], more: Integration) -> None:
    known = latest(drawn)
    if more.id in known:
        return
    before = verify_levels(SPBE, RULES, LEVELS, held(*known.values()))
    after = verify_levels(SPBE, RULES, LEVELS, held(*known.values(), more))
    for one, other in zip(before.verdicts, after.verdicts, strict=True):
        assert one.ceiling <= other.ceiling
