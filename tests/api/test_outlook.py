"""Base rates and peers from the real results of 2023 and 2024."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.api.hub import Hub

OUTLOOK = """
query ($code: ID!, $target: Decimal!, $instrumentId: ID, $fromYear: Int) {
  region(code: $code) {
    outlook(target: $target, instrumentId: $instrumentId, fromYear: $fromYear) {
      instrument { id } start { display } startYear fromYear window sampleSize sufficiency
      reached {
        successCount sampleSize share { value } lowest { value display } highest { value display }
      }
      declined { successCount }
      meanChange { value display } standardDeviation { value display } exampleCodes
    }
  }
}
"""
PEERS = """
query ($code: ID!, $peerCount: Int! = 3) {
  region(code: $code) {
    peers(peerCount: $peerCount) {
      instrument { id } year candidateCount sufficiency
      peers {
        regionCode name distance { display } kindDistance { value } populationDistance { value }
        nextIndex { display } indexChange { display } hasRisen
        domainChanges { number difference { display } } levelChanges { indicator gain { value } }
        region { code }
      }
    }
  }
}
"""


async def test_counts_regions_of_the_whole_country_and_returns_an_interval(west_java: Hub) -> None:
    outlook = (await west_java.query_data(OUTLOOK, code="32.05", target=4.2))["region"]["outlook"]
    reached = outlook.pop("reached")
    examples = outlook.pop("exampleCodes")
    assert outlook == {
        "instrument": {"id": "spbe-2020"},
        "start": {"display": "3.89"},
        "startYear": 2024,
        "fromYear": 2023,
        "window": "0.30",
        "sampleSize": 39,
        "sufficiency": "ENOUGH",
        "declined": {"successCount": 3},
        "meanChange": {"value": "0.238461538462", "display": "+0.24"},
        "standardDeviation": {"value": "0.205330778854", "display": "0.21"},
    }
    assert (reached["successCount"], reached["sampleSize"]) == (9, 39)
    assert [round(float(reached[name]["value"]), 3) for name in ("share", "lowest", "highest")] == [
        0.231,
        0.155,
        0.326,
    ]
    assert (len(examples), examples[0]) == (39, "33.74")


async def test_a_replay_counts_only_replayed_results(west_java: Hub) -> None:
    replay = Hub(replace(west_java.instance, replay=True))
    outlook = (await replay.query_data(OUTLOOK, code="32.05", target=4.2))["region"]["outlook"]
    assert (outlook["sampleSize"], outlook["window"]) == (9, "0.40")
    assert {code[:3] for code in outlook["exampleCodes"]} == {"32."}


async def test_reports_too_few_examples(west_java: Hub) -> None:
    variables = {"code": "32.73", "target": 4.9, "fromYear": 2022}
    outlook = (await west_java.query_data(OUTLOOK, **variables))["region"]["outlook"]
    assert (outlook["sampleSize"], outlook["sufficiency"]) == (0, "TOO_FEW")
    assert (outlook["reached"], outlook["declined"], outlook["meanChange"]) == (None, None, None)


async def test_there_is_no_outlook_or_peer_without_a_published_index(hub: Hub) -> None:
    assert await hub.query_data(OUTLOOK, code="32.11", target=4) == {"region": {"outlook": None}}
    assert await hub.query_data(PEERS, code="32.11") == {"region": {"peers": None}}


@pytest.mark.parametrize("variables", [{"target": 0.5}, {"target": 4, "instrumentId": "spbe-2099"}])
async def test_a_target_out_of_bounds_or_an_unknown_instrument_is_an_invalid_argument(
    west_java: Hub, variables: dict[str, object]
) -> None:
    assert await west_java.refusal(OUTLOOK, code="32.05", **variables) == "INVALID_ARGUMENT"


async def test_peers_show_their_later_changes(west_java: Hub) -> None:
    group = (await west_java.query_data(PEERS, code="32.05"))["region"]["peers"]
    first, second, third = group.pop("peers")
    assert group == {
        "instrument": {"id": "spbe-2020"},
        "year": 2023,
        "candidateCount": 490,
        "sufficiency": "ENOUGH",
    }
    assert first == {
        "regionCode": "32.04",
        "name": "Kabupaten Bandung",
        "distance": {"display": "0.24"},
        "kindDistance": {"value": "0.00"},
        "populationDistance": {"value": "0.00"},
        "nextIndex": {"display": "3.98"},
        "indexChange": {"display": "+0.50"},
        "hasRisen": True,
        "domainChanges": [
            {"number": 1, "difference": {"display": "+0.60"}},
            {"number": 2, "difference": {"display": "+0.60"}},
            {"number": 3, "difference": {"display": "+0.09"}},
            {"number": 4, "difference": {"display": "+0.56"}},
        ],
        "levelChanges": None,
        "region": {"code": "32.04"},
    }
    assert (second["name"], second["region"]) == ("Kabupaten Tangerang", None)
    assert (third["name"], third["populationDistance"]) == ("Kabupaten Serang", {"value": "0.10"})


@pytest.mark.parametrize("peer_count", [0, 21])
async def test_one_to_twenty_peers_may_be_requested(west_java: Hub, peer_count: int) -> None:
    assert await west_java.refusal(PEERS, code="32.05", peerCount=peer_count) == "INVALID_ARGUMENT"
