"""Peers: the nearest regions, the parts of their distance, and the changes they made."""

from __future__ import annotations

from fractions import Fraction

import pytest

from engine.assessment.outlook import SampleSufficiency
from engine.assessment.peers import (
    History,
    LevelChange,
    Profile,
    YearEndSnapshot,
    compare_year_ends,
    nearest_peers,
    population_class,
)
from engine.model import (
    EvidenceGrade,
    Integration,
    IntegrationDirection,
    IntegrationMode,
    IntegrationStatus,
    Provenance,
    RegionKind,
)
from facts.instrument import instrument_by_id

SPBE_2020 = instrument_by_id("spbe-2020")


def profile(
    region: str,
    *domains: str,
    kind: RegionKind = RegionKind.REGENCY,
    population: int | None = 700_000,
    index: str = "3.00",
) -> Profile:
    values = {number: Fraction(value) for number, value in enumerate(domains, start=1)}
    return Profile(region, kind, population, Fraction(index), values)


OWN = profile("own", "3.00", "3.00", "2.00", "4.00")


def integration(id: str, mode: IntegrationMode) -> Integration:
    return Integration(
        id=id,
        region="32.11",
        source="a",
        target="b",
        target_name="B",
        data_object="data",
        mode=mode,
        direction=IntegrationDirection.ONE_WAY,
        status=IntegrationStatus.ACTIVE,
        evidence_grade=EvidenceGrade.DOCUMENTED,
        version=1,
        provenance=Provenance("test"),
    )


def test_the_distance_is_returned_part_by_part() -> None:
    city = profile("a", "3.00", "4.00", "2.00", "4.00", kind=RegionKind.CITY, population=3_000_000)
    (peer,) = nearest_peers(SPBE_2020, [OWN, city], "own").nearest
    assert peer.by_domains == pytest.approx(0.5)  # the root of the weight of domain 2
    assert peer.by_kind == 0.25
    assert peer.by_population == pytest.approx(0.2)
    assert peer.distance == pytest.approx(0.95)
    assert peer.differences == {1: 0, 2: 1, 3: 0, 4: 0}
    assert (peer.next_index, peer.change, peer.domain_changes) == (None, None, {})


def test_an_unknown_population_does_not_count_and_is_reported() -> None:
    (peer,) = nearest_peers(
        SPBE_2020, [OWN, profile("a", "3.00", "3.00", "2.00", "4.00", population=None)], "own"
    ).nearest
    assert (peer.distance, peer.by_population) == (0.0, None)


def test_provinces_and_regions_without_the_same_domains_are_no_peers() -> None:
    others = [
        profile("p", "3.00", "3.00", "2.00", "4.00", kind=RegionKind.PROVINCE),
        profile("c", "3.00", "3.00", "2.00", "4.00", kind=RegionKind.CENTRAL_AGENCY),
        profile("d", "3.00"),
    ]
    peers = nearest_peers(SPBE_2020, [OWN, *others], "own")
    assert (peers.nearest, peers.candidate_count, peers.sufficiency) == (
        (),
        0,
        SampleSufficiency.TOO_FEW,
    )


def test_the_nearest_peers_come_first_with_their_later_changes() -> None:
    profiles = [OWN] + [
        profile(name, f"3.{number}0", "3.00", "2.00", "4.00") for number, name in enumerate("abcd")
    ]
    later = [
        profile("a", "3.50", "3.00", "2.00", "4.00", index="3.40"),
        profile("b", "3.10", "3.00", "2.00", "4.00", index="3.10"),
        profile("c", "3.20", "3.00", "2.00", "4.00", index="2.90"),
    ]
    peers = nearest_peers(SPBE_2020, profiles, "own", later, first=3)
    assert [peer.region for peer in peers.nearest] == ["a", "b", "c"]
    assert [peer.has_risen for peer in peers.nearest] == [True, True, False]
    assert peers.nearest[0].domain_changes == {1: Fraction("0.5"), 2: 0, 3: 0, 4: 0}
    assert (peers.candidate_count, peers.risen_count, peers.sufficiency) == (
        4,
        2,
        SampleSufficiency.TOO_FEW,
    )
    with pytest.raises(KeyError):
        nearest_peers(SPBE_2020, profiles, "unknown")


@pytest.mark.parametrize(
    ("population", "number"), [(0, 0), (249_999, 0), (250_000, 1), (1_000_000, 3), (5_000_000, 4)]
)
def test_a_population_has_one_of_five_classes(population: int, number: int) -> None:
    assert population_class(population) == number


def test_a_history_is_the_difference_of_two_snapshots() -> None:
    unchanged, removed = (
        integration("kept", IntegrationMode.API),
        integration("gone", IntegrationMode.FILE),
    )
    new = [integration(f"new{number}", IntegrationMode.HUB) for number in range(2)]
    before = YearEndSnapshot(2023, {18: 3, 32: 3, 42: 5, 44: 2}, [unchanged, removed])
    after = YearEndSnapshot(2024, {18: 3, 32: 4, 42: 4, 45: 1}, [unchanged, *new])
    assert compare_year_ends(SPBE_2020, before, after) == History(
        year_before=2023,
        year_after=2024,
        levels=(
            LevelChange(32, 3, 4, Fraction("0.0275")),
            LevelChange(42, 5, 4, Fraction("-0.03")),
        ),
        integrations_added=("new0", "new1"),
        integrations_removed=("gone",),
        added_by_mode={IntegrationMode.HUB: 2},
    )


def test_unknown_values_of_a_year_stay_unknown() -> None:
    history = compare_year_ends(
        SPBE_2020, YearEndSnapshot(2023, {1: 2}), YearEndSnapshot(2024, None, [])
    )
    assert (history.levels, history.integrations_added, history.integrations_removed) == (
        None,
        None,
        None,
    )
