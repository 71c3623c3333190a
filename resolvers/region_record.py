"""Converts a region's record to the engine's inputs: its graph and the inventory for the rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import combinations

from engine.graph.exchange import (
    RequiredExchange,
    exchanges_between_agencies,
    exchanges_between_services,
)
from engine.graph.graph import IntegrationGraph, build_integration_graph
from engine.model import Assessment, AssessmentState
from engine.verification.attestation import AttestationStatus, attestation_status
from engine.verification.completeness import attesting_opds, completeness_by_opd
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
from storage.region_inventory import RegionInventoryRecord

# The instrument whose indicators common applications are known to serve.
SERVICE_INSTRUMENT = "spbe-2020"
SUBMITTED_STATES = (AssessmentState.SUBMITTED, AssessmentState.PUBLISHED)


def build_graph(record: RegionInventoryRecord, today: date) -> IntegrationGraph:
    """Build the graph of this state of an inventory as of a day."""
    return build_integration_graph(
        record.region,
        record.applications,
        record.integrations,
        today=today,
        elsewhere=record.foreign_applications,
        common=common_applications(),
    )


def required_exchanges(
    record: RegionInventoryRecord, graph: IntegrationGraph
) -> tuple[RequiredExchange, ...]:
    """Return the exchanges that the work of a region's agencies and services requires."""
    return (
        *exchanges_between_agencies(exchange_patterns(), record.opds, graph.applications),
        *exchanges_between_services(
            instrument_by_id(SERVICE_INSTRUMENT), served_indicators(record)
        ),
    )


def served_indicators(record: RegionInventoryRecord) -> dict[str, frozenset[int]]:
    """Return the indicators of SERVICE_INSTRUMENT that each application is known to serve.

    They follow from the common applications that it is an instance of, and from people's
    corrections. The tags of the classifier do not count as evidence.
    """
    indicators = {id: function.indicators for id, function in functions_by_id().items()}
    corrected_indicators = {
        id: indicators[function]
        for id, function in filter_shipped_functions(record.functions).items()
    }
    return indicators_by_application(
        record.applications, common_applications(), corrected_indicators
    )


def inventory_for_rules(
    graph: IntegrationGraph,
    record: RegionInventoryRecord,
    instrument: str,
    year: int,
    claims: Assessment | None,
) -> Inventory:
    """Return the inventory that the rules of an instrument read, in the year of an assessment."""
    serves = served_indicators(record) if instrument == SERVICE_INSTRUMENT else {}
    policy = record.policy
    corrected_functions = record.functions
    duplicate_pairs = {
        pair
        for group in record.accepted_merges
        for pair in combinations(sorted(group), 2)
        # Two applications to which people assigned different functions are not duplicates.
        if len({corrected_functions[id] for id in pair if id in corrected_functions}) < 2
    }
    return Inventory(
        graph=graph,
        year=year,
        opds=tuple(opd.id for opd in record.opds),
        exemptions={exemption.opd: exemption.reason for exemption in record.exemptions},
        indicators_by_application=serves,
        attesting_opds=vouching_opds(record, graph.today),
        documents=() if claims is None else review_documents(claims.levels),
        documents_closed=claims is not None and claims.state in SUBMITTED_STATES,
        development=None
        if policy is None or policy.year is None
        else development_since_policy(
            record.applications, policy_year=policy.year, duplicates=duplicate_pairs
        ),
        functions_ticked=functions_ticked(record.applications, serves),
    )


def vouching_opds(record: RegionInventoryRecord, today: date) -> frozenset[str]:
    """Return the OPDs with a valid attestation on a day and a sufficiently complete inventory."""
    inventories = completeness_by_opd([opd.id for opd in record.opds], record.applications)
    return attesting_opds(attestation_statuses_by_opd(record, today).values(), inventories)


def attestation_statuses_by_opd(
    record: RegionInventoryRecord, today: date
) -> Mapping[str, AttestationStatus]:
    """Return the attestation status of each OPD on a day, by its id."""
    attestations = [attested.attestation for attested in record.attestations]
    foreign_edits = [
        attested.invalidated_by
        for attested in record.attestations
        if attested.invalidated_by is not None
    ]
    return {
        opd.id: attestation_status(opd.id, attestations, foreign_edits, today=today)
        for opd in record.opds
    }
