"""Converts a region's record to the engine's inputs: its graph and the inventory for the rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import combinations

from engine.graph.exchange import RequiredExchange, between_agencies, between_services
from engine.graph.graph import IntegrationGraph, build_integration_graph
from engine.model import Assessment, AssessmentState
from engine.verification.attestation import AttestationStatus, attestation_status
from engine.verification.completeness import by_opd, vouched_for
from engine.verification.inventory import (
    Inventory,
    development_since_policy,
    functions_ticked,
    indicators_by_application,
    review_documents,
)
from facts.instrument import instrument_by_id
from facts.rule_table import exchange_patterns
from facts.tables import common_applications
from resolvers.shipped_functions import filter_shipped_functions, functions_by_id
from storage.inventory import RegionInventoryRecord

SERVICES_OF = "spbe-2020"  # the instrument whose indicators common applications are known to serve
HANDED_IN = (AssessmentState.SUBMITTED, AssessmentState.PUBLISHED)


def build_graph(recorded: RegionInventoryRecord, today: date) -> IntegrationGraph:
    """Build the graph of this state of an inventory as of a day."""
    return build_integration_graph(
        recorded.region,
        recorded.applications,
        recorded.integrations,
        today=today,
        elsewhere=recorded.elsewhere,
        common=common_applications(),
    )


def required_exchanges(
    recorded: RegionInventoryRecord, graph: IntegrationGraph
) -> tuple[RequiredExchange, ...]:
    """Return the exchanges that the work of a region's agencies and services requires."""
    return (
        *between_agencies(exchange_patterns(), recorded.opds, graph.applications),
        *between_services(instrument_by_id(SERVICES_OF), served_indicators(recorded)),
    )


def served_indicators(recorded: RegionInventoryRecord) -> dict[str, frozenset[int]]:
    """Return the indicators of SERVICES_OF that each application is known to serve.

    They follow from the common applications that it is an instance of, and from people's corrections.
    The tags of the classifier are no evidence.
    """
    indicators = {id: each.indicators for id, each in functions_by_id().items()}
    said = {
        id: indicators[function]
        for id, function in filter_shipped_functions(recorded.functions).items()
    }
    return indicators_by_application(recorded.applications, common_applications(), said)


def inventory_for_rules(
    drawn: IntegrationGraph,
    recorded: RegionInventoryRecord,
    instrument: str,
    year: int,
    claims: Assessment | None,
) -> Inventory:
    """Return the inventory that the rules of an instrument read, in the year of an assessment."""
    serves = served_indicators(recorded) if instrument == SERVICES_OF else {}
    policy = recorded.policy
    said = recorded.functions
    pairs = {
        pair
        for group in recorded.agreed
        for pair in combinations(sorted(group), 2)
        # Two different functions named by people withdraw that the two are one.
        if len({said[id] for id in pair if id in said}) < 2
    }
    return Inventory(
        graph=drawn,
        year=year,
        opds=tuple(each.id for each in recorded.opds),
        exempt={each.opd: each.reason for each in recorded.exempt},
        serves=serves,
        vouched_for=vouching_opds(recorded, drawn.today),
        documents=() if claims is None else review_documents(claims.levels),
        documents_closed=claims is not None and claims.state in HANDED_IN,
        development=None
        if policy is None or policy.year is None
        else development_since_policy(
            recorded.applications, policy_year=policy.year, duplicates=pairs
        ),
        functions_ticked=functions_ticked(recorded.applications, serves),
    )


def vouching_opds(recorded: RegionInventoryRecord, today: date) -> frozenset[str]:
    """Return the OPDs with a valid attestation on a day and an inventory that is complete enough."""
    inventories = by_opd([each.id for each in recorded.opds], recorded.applications)
    return vouched_for(seals_by_opd(recorded, today).values(), inventories)


def seals_by_opd(recorded: RegionInventoryRecord, today: date) -> Mapping[str, AttestationStatus]:
    """Return the attestation status of each OPD on a day, by its id."""
    given = [each.attestation for each in recorded.attested]
    edits = [each.broken_by for each in recorded.attested if each.broken_by is not None]
    return {
        each.id: attestation_status(each.id, given, edits, today=today) for each in recorded.opds
    }
