"""Ranks, comparisons, means and editions of the published scores of West Java."""

from __future__ import annotations

from typing import Any

import pytest

from engine.model import AssessmentKind, AssessmentState
from tests.api import two_provinces
from tests.api.hub import Hub

RANKING = """
query (
  $instrument: ID! = "spbe-2020", $year: Int! = 2024, $kind: AssessmentKind! = OFFICIAL,
  $filter: RankingFilter = { provinceCode: "32" }, $first: Int! = 100, $after: Cursor
) {
  ranking(
    instrumentId: $instrument, year: $year, kind: $kind, filter: $filter,
    first: $first, after: $after
  ) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes {
      position previousPosition movement change { value display }
      region { code name }
      score {
        index { value display } predicate basis kind year domains { number score { value } }
        provenance { source }
      }
    }
  }
}
"""
COMPARE = """
query ($codes: [ID!]!, $instrument: ID! = "spbe-2020") {
  compare(regionCodes: $codes, instrumentId: $instrument, year: 2025, kind: OFFICIAL) {
    instrument { id } year kind
    regions { region { name } score { index { display } predicate } }
  }
}
"""
MEANS = """
query ($kind: AssessmentKind! = OFFICIAL) {
  indexMeans(provinceCode: "32", kind: $kind) {
    instrument { id } year mean { value display } resultCount regionCount
  }
}
"""
EDITIONS = """
query ($province: ID) {
  resultEditions(provinceCode: $province) { instrument { id } year kind resultCount }
}
"""


def _row(rank: dict[str, Any]) -> tuple[Any, ...]:
    return (
        rank["position"],
        rank["region"]["name"],
        rank["score"]["index"]["display"],
        rank["previousPosition"],
        rank["movement"],
        None if rank["change"] is None else rank["change"]["display"],
    )


async def _ranks(hub: Hub, **variables: Any) -> list[dict[str, Any]]:
    ranks: list[dict[str, Any]] = (await hub.query_data(RANKING, **variables))["ranking"]["nodes"]
    return ranks


async def test_the_official_ranking_of_2024_has_all_27_with_their_movement(west_java: Hub) -> None:
    ranks = await _ranks(west_java)
    assert len(ranks) == 27
    assert [_row(rank) for rank in ranks[:3]] == [
        (1, "Kota Bandung", "4.59", 4, 3, "+0.61"),
        (2, "Kabupaten Sumedang", "4.51", 2, 0, "+0.37"),
        (3, "Kabupaten Karawang", "4.40", 1, -2, "+0.02"),
    ]
    assert _row(ranks[-1]) == (27, "Kabupaten Majalengka", "2.94", 26, -1, "+0.05")


async def test_no_rank_moves_from_a_year_with_few_results(west_java: Hub) -> None:
    """For 2022 only nine of 27 results are known, so a rank among nine is not comparable."""
    ranks = await _ranks(west_java, year=2023)
    assert len(ranks) == 27
    assert {(rank["previousPosition"], rank["movement"]) for rank in ranks} == {(None, None)}
    assert sum(rank["change"] is not None for rank in ranks) == 9


async def test_equal_values_share_a_position_and_the_next_one_skips(west_java: Hub) -> None:
    ranks = await _ranks(west_java)
    assert [_row(rank)[:3] for rank in ranks[6:10]] == [
        (7, "Kabupaten Bogor", "4.10"),
        (8, "Kabupaten Bekasi", "4.08"),
        (8, "Kota Bogor", "4.08"),
        (10, "Kabupaten Bandung", "3.98"),
    ]


async def test_a_rank_shows_its_score_as_printed_with_its_source(west_java: Hub) -> None:
    first, *_ = await _ranks(west_java)
    assert first["score"] == {
        "index": {"value": "4.59", "display": "4.59"},
        "predicate": "Memuaskan",
        "basis": "PUBLISHED",
        "kind": "OFFICIAL",
        "year": 2024,
        "domains": [
            {"number": 1, "score": {"value": "5.00"}},
            {"number": 2, "score": {"value": "4.80"}},
            {"number": 3, "score": {"value": "4.18"}},
            {"number": 4, "score": {"value": "4.51"}},
        ],
        "provenance": {
            "source": "KemenPANRB, Laporan Pelaksanaan Evaluasi SPBE 2024, tabel 28 no 20"
        },
    }


async def test_the_province_is_ranked_separately_from_its_regions(west_java: Hub) -> None:
    codes = [rank["region"]["code"] for rank in await _ranks(west_java)]
    assert "32" not in codes
    alone = await _ranks(west_java, filter={"regionKinds": ["PROVINCE"]})
    assert [_row(rank) for rank in alone] == [(1, "Jawa Barat", "4.73", 1, 0, "+0.59")]


async def test_a_self_assessment_has_a_ranking_of_its_own(west_java: Hub) -> None:
    official = await _ranks(west_java, year=2023)
    own = await _ranks(west_java, year=2023, kind="SELF")
    assert len(official) == 27
    assert {rank["score"]["kind"] for rank in official} == {"OFFICIAL"}
    assert [(rank["position"], rank["region"]["name"]) for rank in own] == [
        (1, "Kabupaten Indramayu"),
        (2, "Kota Tasikmalaya"),
    ]


async def test_a_year_without_results_has_an_empty_ranking(any_hub: Hub) -> None:
    for year in (-(2**31), 1900, 2020, 2**31 - 1):
        assert await _ranks(any_hub, year=year) == []


async def test_a_ranking_is_read_page_by_page_with_the_positions_of_the_whole(
    west_java: Hub,
) -> None:
    whole = await _ranks(west_java)
    nodes: list[dict[str, Any]] = []
    after, sizes = None, []
    while True:
        page = (await west_java.query_data(RANKING, first=10, after=after))["ranking"]
        assert page["totalCount"] == 27
        nodes += page["nodes"]
        sizes.append(len(page["nodes"]))
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert (nodes, sizes) == (whole, [10, 10, 7])


@pytest.mark.parametrize("page", [{"first": 0}, {"first": 201}, {"after": "OTkuOTk="}])
async def test_a_page_that_a_ranking_does_not_have_is_an_invalid_argument(
    west_java: Hub, page: dict[str, Any]
) -> None:
    assert await west_java.refusal(RANKING, **page) == "INVALID_ARGUMENT"


async def test_two_to_ten_regions_are_compared_in_the_requested_order(west_java: Hub) -> None:
    compared = (await west_java.query_data(COMPARE, codes=["32.73", "32.11", "32.16", "32.73"]))[
        "compare"
    ]
    assert compared == {
        "instrument": {"id": "spbe-2020"},
        "year": 2025,
        "kind": "OFFICIAL",
        "regions": [
            {
                "region": {"name": "Kota Bandung"},
                "score": {"index": {"display": "4.66"}, "predicate": "Memuaskan"},
            },
            {"region": {"name": "Kabupaten Sumedang"}, "score": None},
            {
                "region": {"name": "Kabupaten Bekasi"},
                "score": {"index": {"display": "4.48"}, "predicate": "Memuaskan"},
            },
        ],
    }
    ten = [f"32.{number:02}" for number in range(1, 11)]
    compared_regions = (await west_java.query_data(COMPARE, codes=ten))["compare"]["regions"]
    assert [region["region"]["name"] for region in compared_regions][:2] == [
        "Kabupaten Bogor",
        "Kabupaten Sukabumi",
    ]
    assert len(compared_regions) == 10


@pytest.mark.parametrize(
    "codes",
    [
        [],
        ["32.73"],
        ["32.73", "32.73"],
        [f"32.{number:02}" for number in range(1, 12)],
        ["32.73", "99.99"],
    ],
)
async def test_other_than_two_to_ten_known_regions_are_not_compared(
    west_java: Hub, codes: list[str]
) -> None:
    assert await west_java.refusal(COMPARE, codes=codes) == "INVALID_ARGUMENT"


@pytest.mark.parametrize("query", [RANKING, COMPARE])
async def test_an_unknown_instrument_is_an_invalid_argument(hub: Hub, query: str) -> None:
    variables: dict[str, Any] = {"codes": ["32.11", "32.73"]} if query is COMPARE else {}
    assert await hub.refusal(query, instrument="spbe-2099", **variables) == "INVALID_ARGUMENT"


async def test_means_are_exact_and_state_their_count(west_java: Hub) -> None:
    means = (await west_java.query_data(MEANS))["indexMeans"]
    assert [
        (
            mean["instrument"]["id"],
            mean["year"],
            *mean["mean"].values(),
            mean["resultCount"],
        )
        for mean in means
    ] == [
        ("spbe-2018", 2018, "2.32", "2.32", 2),
        ("spbe-2018", 2019, "2.493333333333", "2.49", 3),
        ("spbe-2018", 2020, "3.413333333333", "3.41", 3),
        ("spbe-2020", 2021, "2.881666666667", "2.88", 6),
        ("spbe-2020", 2022, "3.004444444444", "3.00", 9),
        ("spbe-2020", 2023, "3.38", "3.38", 27),
        ("spbe-2020", 2024, "3.896666666667", "3.90", 27),
        ("spbe-2020", 2025, "4.57", "4.57", 2),
    ]
    assert {mean["regionCount"] for mean in means} == {27}
    own = (await west_java.query_data(MEANS, kind="SELF"))["indexMeans"]
    assert [(mean["year"], mean["mean"]["display"], mean["resultCount"]) for mean in own] == [
        (2023, "3.66", 2)
    ]


async def test_published_averages_are_listed_as_printed_with_their_source(hub: Hub) -> None:
    query = """
    query ($scope: AverageScope, $year: Int) {
      publishedAverages(scope: $scope, year: $year) {
        scope year kind instrument { id } mean { value display } provenance { source }
      }
    }
    """
    assert await hub.query_data(query, scope="PILOTS", year=2025) == {
        "publishedAverages": [
            {
                "scope": "PILOTS",
                "year": 2025,
                "kind": "TARGET",
                "instrument": {"id": "spbe-2020"},
                "mean": {"value": "3.50", "display": "3.50"},
                "provenance": {"source": "Kompas 02-11-2022"},
            }
        ]
    }
    years = [row["year"] for row in (await hub.query_data(query))["publishedAverages"]]
    assert (len(years), years) == (23, sorted(years))


async def test_published_editions_are_listed_newest_first(west_java: Hub) -> None:
    def rows(data: dict[str, Any]) -> list[tuple[Any, ...]]:
        return [
            (edition["instrument"]["id"], edition["year"], edition["kind"], edition["resultCount"])
            for edition in data["resultEditions"]
        ]

    assert rows(await west_java.query_data(EDITIONS, province="32")) == [
        ("spbe-2020", 2025, "INTERIM", 1),
        ("spbe-2020", 2025, "OFFICIAL", 2),
        ("spbe-2020", 2025, "TARGET", 1),
        ("spbe-2020", 2024, "OFFICIAL", 27),
        ("spbe-2020", 2023, "OFFICIAL", 27),
        ("spbe-2020", 2023, "SELF", 2),
        ("spbe-2020", 2022, "OFFICIAL", 9),
        ("spbe-2020", 2021, "OFFICIAL", 6),
        ("spbe-2018", 2020, "OFFICIAL", 3),
        ("spbe-2018", 2019, "OFFICIAL", 3),
        ("spbe-2018", 2018, "OFFICIAL", 2),
    ]
    of_all = rows(await west_java.query_data(EDITIONS))
    assert ("spbe-2020", 2024, "OFFICIAL", 28) in of_all  # with the province itself
    assert ("spbe-2020", 2023, "TARGET", 1) in of_all


async def test_the_newest_index_that_fits_and_the_history_are_of_one_kind(west_java: Hub) -> None:
    query = """
    {
      region(code: "32.73") {
        index { year index { display } }
        of2022: index(year: 2022) { year index { display } }
        of2018: index(instrumentId: "spbe-2018") { year }
        target: index(kind: TARGET) { year index { display } kind }
        history { year index { display } instrument { id } }
      }
    }
    """
    assert (await west_java.query_data(query))["region"] == {
        "index": {"year": 2025, "index": {"display": "4.66"}},
        "of2022": {"year": 2022, "index": {"display": "3.60"}},
        "of2018": None,
        "target": {"year": 2025, "index": {"display": "4.62"}, "kind": "TARGET"},
        "history": [
            {"year": 2022, "index": {"display": "3.60"}, "instrument": {"id": "spbe-2020"}},
            {"year": 2023, "index": {"display": "3.98"}, "instrument": {"id": "spbe-2020"}},
            {"year": 2024, "index": {"display": "4.59"}, "instrument": {"id": "spbe-2020"}},
            {"year": 2025, "index": {"display": "4.66"}, "instrument": {"id": "spbe-2020"}},
        ],
    }


async def test_a_draft_is_in_no_ranking_index_history_or_edition(hub: Hub) -> None:
    await two_provinces.write_assessment(
        hub, two_provinces.assessment(kind=AssessmentKind.OFFICIAL)
    )
    await two_provinces.write_assessment(
        hub,
        two_provinces.assessment(
            "32:assessment-submitted",
            region="32.73",
            kind=AssessmentKind.OFFICIAL,
            state=AssessmentState.SUBMITTED,
        ),
    )
    query = """
    {
      ranking(instrumentId: "pemdi-2026", year: 2026, kind: OFFICIAL) { totalCount }
      compare(
        regionCodes: ["32.11", "32.73"], instrumentId: "pemdi-2026", year: 2026, kind: OFFICIAL
      ) {
        regions { score { predicate } }
      }
      indexMeans(provinceCode: "32", kind: OFFICIAL) { resultCount }
      resultEditions { resultCount }
      region(code: "32.11") { index { year } history { year } }
    }
    """
    for viewer in (two_provinces.PUBLIC, two_provinces.REGION, two_provinces.ADMIN):
        assert await hub.query_data(query, viewer) == {
            "ranking": {"totalCount": 0},
            "compare": {"regions": [{"score": None}, {"score": None}]},
            "indexMeans": [],
            "resultEditions": [],
            "region": {"index": None, "history": []},
        }
