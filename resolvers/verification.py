"""Verifies a region's claims against its integration graph."""

from __future__ import annotations

from dataclasses import dataclass

from engine.model import Assessment, AssessmentKind
from engine.verification.rule import RuleTable
from engine.verification.verification import Verification, verify_levels
from facts.instrument import instrument_by_id
from facts.rule_table import rule_tables
from resolvers import graph
from resolvers.context import Context
from resolvers.instrument import known_instrument
from resolvers.problems import InvalidArgument
from resolvers.region_record import inventory_for_rules
from storage import assessment as stored


@dataclass(frozen=True, slots=True)
class VerificationResult:
    """A verification, and the assessment whose claims it checks against the graph."""

    verification: Verification
    table: RuleTable
    year: int
    assessment: Assessment | None  # None: bounds only
    documents_closed: bool  # False: a missing document may still be submitted


def find_rule_table(id: str) -> RuleTable | None:
    """Return the rule table with this id; None if there is none."""
    return next((table for table in rule_tables().values() if table.id == id), None)


async def verify_region_claims(
    context: Context, region: str, *, instrument: str, year: int | None, kind: AssessmentKind
) -> VerificationResult:
    """Verify the newest visible assessment with levels; without one, return the bounds.

    Raises:
        InvalidArgument: there are no rules for such an instrument.
    """
    chosen_instrument = known_instrument(instrument)
    if chosen_instrument.id not in rule_tables():
        raise InvalidArgument(
            "instrumentId", f"one of {', '.join(rule_tables())}", chosen_instrument.id
        )
    claims = await _find_claims(context, region, chosen_instrument.id, year, kind)
    return await _verify_claims(context, region, chosen_instrument.id, year, claims)


async def verify_assessment(context: Context, id: str) -> VerificationResult | None:
    """Verify one assessment; None if it has no levels or its instrument has no rules."""
    row = await context.loaders.assessments.load(id)
    if row is None or not row[0].levels or row[0].instrument not in rule_tables():
        return None
    claims = row[0]
    return await _verify_claims(context, claims.region, claims.instrument, claims.year, claims)


async def _verify_claims(
    context: Context, region: str, instrument: str, year: int | None, claims: Assessment | None
) -> VerificationResult:
    context.budget.count_searches()
    chosen_instrument, table = instrument_by_id(instrument), rule_tables()[instrument]
    record = await context.loaders.inventories.load(region)
    integration_graph = await graph.integration_graph_of(context, region)
    levels = {} if claims is None else {claim.indicator: claim.level for claim in claims.levels}
    verified_year = claims.year if claims is not None else year or integration_graph.today.year
    inventory = inventory_for_rules(
        integration_graph, record, chosen_instrument.id, verified_year, claims
    )
    claims_key = () if claims is None else (claims.levels, inventory.documents_closed)
    key = (
        "verification",
        record.digest,
        integration_graph.today,
        chosen_instrument.id,
        verified_year,
        *claims_key,
    )
    result = await context.instance.result_cache.find_or_compute(
        key, lambda: verify_levels(chosen_instrument, table, levels, inventory)
    )
    return VerificationResult(result, table, verified_year, claims, inventory.documents_closed)


async def _find_claims(
    context: Context, region: str, instrument: str, year: int | None, kind: AssessmentKind
) -> Assessment | None:
    async with context.read() as session:
        rows = await stored.list_assessments_by_region(
            session, region, context.access, instrument=instrument, year=year, kind=kind
        )
    return next((assessment for assessment, _score in rows if assessment.levels), None)
