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


async def verify_region_claims(
    context: Context, region: str, *, instrument: str, year: int | None, kind: AssessmentKind
) -> VerificationResult:
    """Verify the newest visible assessment with levels; without one, return the bounds.

    Raises:
        InvalidArgument: there are no rules for such an instrument.
    """
    chosen = known_instrument(instrument)
    if chosen.id not in rule_tables():
        raise InvalidArgument("instrument", f"one of {', '.join(rule_tables())}", chosen.id)
    claims = await _claims(context, region, chosen.id, year, kind)
    return await _verified(context, region, chosen.id, year, claims)


async def verify_assessment(context: Context, id: str) -> VerificationResult | None:
    """Verify one assessment; None if it has no levels or its instrument has no rules."""
    found = await context.loaders.assessments.load(id)
    if found is None or not found[0].levels or found[0].instrument not in rule_tables():
        return None
    claims = found[0]
    return await _verified(context, claims.region, claims.instrument, claims.year, claims)


async def _verified(
    context: Context, region: str, instrument: str, year: int | None, claims: Assessment | None
) -> VerificationResult:
    context.budget.count_searches()
    chosen, table = instrument_by_id(instrument), rule_tables()[instrument]
    recorded = await context.loaders.inventories.load(region)
    drawn = await graph.integration_graph_of(context, region)
    levels = {} if claims is None else {each.indicator: each.level for each in claims.levels}
    of_year = claims.year if claims is not None else year or drawn.today.year
    inventory = inventory_for_rules(drawn, recorded, chosen.id, of_year, claims)
    said = () if claims is None else (claims.levels, inventory.documents_closed)
    key = ("verification", recorded.inputs, drawn.today, chosen.id, of_year, *said)
    found = await context.instance.computed.find_or_compute(
        key, lambda: verify_levels(chosen, table, levels, inventory)
    )
    return VerificationResult(found, table, of_year, claims, inventory.documents_closed)


async def _claims(
    context: Context, region: str, instrument: str, year: int | None, kind: AssessmentKind
) -> Assessment | None:
    async with context.read() as session:
        found = await stored.list_assessments_by_region(
            session, region, context.access, instrument=instrument, year=year, kind=kind
        )
    return next((assessment for assessment, _score in found if assessment.levels), None)
