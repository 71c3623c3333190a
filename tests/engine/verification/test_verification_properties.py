"""Properties that every verification has, for random inventories and claims."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from engine.graph.graph import changed_edge_ends, with_integration
from engine.model import (
    EvidenceGrade,
    Integration,
    IntegrationMode,
)
from engine.verification.verification import VerificationFlag, update_verification, verify_levels
from tests.engine.verification.inventories import RULES, SPBE, TODAY, exchange, inventory_with

INTEGRATIONS = st.builds(
    lambda ends, mode, grade, dated: replace(
        exchange(*ends, mode),
        evidence_grade=EvidenceGrade(grade),
        verified_on=TODAY if dated else None,
    ),
    ends=st.sampled_from(
        [
            (source, target)
            for source in "abc"
            for target in ("a", "b", "c", "n", "SPLP", "SIMPEG")
            if source != target
        ]
    ),
    mode=st.sampled_from(IntegrationMode),
    grade=st.integers(0, 3),
    dated=st.booleans(),
)
LEVELS = {indicator.number: 4 for indicator in SPBE.indicators}


def latest_by_id(integrations: Iterable[Integration]) -> dict[str, Integration]:
    return {integration.id: integration for integration in integrations}


@given(st.lists(INTEGRATIONS, max_size=6), INTEGRATIONS)
def test_verifying_again_after_a_change_equals_verifying_from_scratch(
    integrations: list[Integration], change: Integration
) -> None:
    inventory = inventory_with(*latest_by_id(integrations).values())
    before = verify_levels(SPBE, RULES, LEVELS, inventory)
    after = with_integration(inventory.graph, change)
    changed = replace(inventory, graph=after)
    again = update_verification(
        before, SPBE, RULES, LEVELS, changed, changed=changed_edge_ends(inventory.graph, after)
    )
    from_scratch = verify_levels(
        SPBE, RULES, LEVELS, inventory_with(*latest_by_id([*integrations, change]).values())
    )
    assert again == from_scratch


@given(st.lists(INTEGRATIONS, max_size=6), st.sets(st.sampled_from("xyz")))
def test_bounds_are_in_order_and_no_claim_is_ever_raised(
    integrations: list[Integration], attested: set[str]
) -> None:
    inventory = inventory_with(
        *latest_by_id(integrations).values(), attesting_opds=frozenset(attested)
    )
    verification = verify_levels(SPBE, RULES, LEVELS, inventory)
    assert verification.claimed is not None
    assert verification.supported is not None
    assert verification.not_refuted is not None
    assert (
        verification.supported.exact <= verification.not_refuted.exact <= verification.claimed.exact
    )
    for verdict in verification.verdicts:
        assert 1 <= verdict.ceiling <= verdict.not_refuted <= 5
        assert (verdict.flag is VerificationFlag.OVER_CLAIM) is (verdict.not_refuted < 4)
    if not attested:
        graph_only = [verdict for verdict in verification.verdicts if verdict.indicator != 18]
        assert not any(verdict.flag is VerificationFlag.OVER_CLAIM for verdict in graph_only)


@given(st.lists(INTEGRATIONS, max_size=5), INTEGRATIONS)
def test_another_exchange_lowers_no_ceiling(
    integrations: list[Integration], more: Integration
) -> None:
    existing = latest_by_id(integrations)
    if more.id in existing:
        return
    before = verify_levels(SPBE, RULES, LEVELS, inventory_with(*existing.values()))
    after = verify_levels(SPBE, RULES, LEVELS, inventory_with(*existing.values(), more))
    for earlier, later in zip(before.verdicts, after.verdicts, strict=True):
        assert earlier.ceiling <= later.ceiling
