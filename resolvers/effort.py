"""The effort of upgrade steps: the default scale, with a region's own values in place of some."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from engine.assessment.instrument import Instrument
from engine.decimals import format_exact
from engine.document import to_document
from engine.identifier import region_id
from engine.model import EventKind, Region
from engine.path.effort import (
    Effort,
    EffortInvalid,
    LevelEffort,
    LevelStep,
    RegionEffort,
    apply_effort_edits,
    default_effort,
)
from facts.path_rule import effort_scale
from resolvers import access
from resolvers.context import Context
from resolvers.instrument import instrument_for
from resolvers.problems import InvalidInput
from resolvers.region_change import open_region_change
from storage import effort as stored
from storage.log import LogTransaction

DECIMAL = re.compile(r"\d{1,4}(\.\d{1,2})?")


@dataclass(frozen=True, slots=True)
class StepEdit:
    """A step's new effort as a decimal; None restores the default."""

    indicator: int
    level: int
    effort: str | None


@dataclass(frozen=True, slots=True)
class EditEffort:
    """Input to edit a region's efforts; steps that are not listed stay unchanged."""

    region: str
    instrument: str
    steps: tuple[StepEdit, ...]


async def effective_effort(context: Context, region: str, instrument: Instrument) -> Effort:
    """Return the efforts that a region plans with: its own values, else the default scale's."""
    async with context.read() as session:
        own_effort = await stored.load_region_effort(session, region, instrument.id)
    scale = default_effort(instrument, effort_scale())
    return apply_effort_edits(scale, own_effort.values) if own_effort.steps else scale


async def edit_effort(context: Context, request: EditEffort, key: str | None) -> RegionEffort:
    """Replace values of the default scale by a region's own.

    Raises:
        InvalidInput: a step is unknown, or an effort is not allowed.
    """

    async def apply_request(transaction: LogTransaction, region: Region) -> RegionEffort:
        access.allow_region_description(context.viewer, region)
        instrument = instrument_for("instrumentId", request.instrument)
        current = await stored.load_region_effort(transaction.session, region.code, instrument.id)
        scale, values = default_effort(instrument, effort_scale()), current.values
        for number, step in enumerate(request.steps):
            id = LevelStep(step.indicator, step.level)
            if id not in scale.values:
                received = f"indicator {step.indicator}, level {step.level}"
                raise InvalidInput(f"steps[{number}]", f"a step of {instrument.id}", received)
            if step.effort is None:
                values.pop(id, None)
            elif DECIMAL.fullmatch(step.effort):
                values[id] = Fraction(step.effort)
            else:
                expected = "a decimal with at most two places, as 2.5"
                raise InvalidInput(f"steps[{number}].effort", expected, step.effort)
        try:
            apply_effort_edits(scale, values)
        except EffortInvalid as invalid:
            received = f"{invalid.found} for {invalid.step.indicator} at {invalid.step.level}"
            raise InvalidInput("steps", invalid.expected, received) from invalid
        own_effort = RegionEffort(
            region.code,
            instrument.id,
            tuple(
                LevelEffort(*step, format_exact(value)) for step, value in sorted(values.items())
            ),
        )
        await transaction.append(
            actor=context.actor,
            kind=EventKind.EFFORT_EDITED,
            subject=region_id(region.code),
            body=to_document(own_effort),
        )
        return own_effort

    async with open_region_change(
        context, request.region, key=key, request=request, result_type=RegionEffort
    ) as change:
        return change.earlier_result or change.store_result(
            await apply_request(change.transaction, change.region)
        )
