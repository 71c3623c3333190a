"""Projects the states and the claimed levels of assessments, and the changes of their index."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from engine.assessment.instrument import Instrument
from engine.assessment.score import Score, score_assessment, score_levels
from engine.bounds import quote_start
from engine.document import to_document
from engine.log.entry_types import ClaimedLevel
from engine.log.refusal import EntryRefused, RefusalReason
from engine.model import Assessment, AssessmentKind, AssessmentState, Visibility
from facts.instrument import instrument_by_id
from storage.assessment import level_columns
from storage.projection_batch import ProjectedAssessment, ProjectionBatch, edition_of
from storage.tables import LevelRow


@dataclass(frozen=True, slots=True)
class IndexChange:
    """A change of an index by an entry, as subscribers of `indexChanged` receive it."""

    assessment: Assessment
    before: Score | None
    after: Score

    @property
    def visibility(self) -> Visibility:
        """PUBLIC for a published score, REGION for the score of a draft."""
        published = self.assessment.state is AssessmentState.PUBLISHED
        return Visibility.PUBLIC if published else Visibility.REGION

    def document(self) -> dict[str, Any]:
        """Return the change as JSON values."""
        return {
            "assessment": self.assessment.id,
            "instrument": self.assessment.instrument,
            "year": self.assessment.year,
            "kind": self.assessment.kind.value,
            "state": self.assessment.state.value,
            "before": None if self.before is None else to_document(self.before),
            "after": to_document(self.after),
        }


def apply_claim(batch: ProjectionBatch, log: str, claimed: ClaimedLevel) -> IndexChange | None:
    """Apply a claimed level to the batch, and return the change of the index, if there is one.

    Raises:
        EntryRefused: the assessment would have no score.
    """
    projected = batch.assessments.get(claimed.assessment)
    if projected is None:  # the entry that created the assessment is withheld from us
        return None
    levels = {**projected.levels, claimed.claim.indicator: claimed.claim.level}
    after = _score(projected.assessment.instrument, partial(_score_levels, levels))
    changed = replace(projected.assessment, version=claimed.version)
    batch.put_assessment(log, changed, after, levels)
    batch.pending.put_columns(LevelRow, level_columns(claimed.assessment, claimed.claim))
    before = projected.score
    if before is not None and before.exact == after.exact:
        return None
    return IndexChange(changed, before, after)


def apply_assessment(batch: ProjectionBatch, log: str, changed: Assessment) -> IndexChange | None:
    """Apply the state of an assessment to the batch, and return the change of a published index.

    Raises:
        EntryRefused: the assessment would have no score.
    """
    after = None
    if changed.published is not None or changed.levels:
        after = _score(changed.instrument, partial(_score_assessment, changed))
    before = _published_score(batch.assessments.get(changed.id))
    levels = {claim.indicator: claim.level for claim in changed.levels}
    batch.put_assessment(log, replace(changed, levels=()), after, levels)
    batch.pending.clear_levels(changed.id)
    for claim in changed.levels:
        batch.pending.put_columns(LevelRow, level_columns(changed.id, claim))
    if changed.state is not AssessmentState.PUBLISHED or after is None or before == after:
        return None
    return IndexChange(changed, before, after)


def check_continuity(batch: ProjectionBatch, stated: Assessment) -> None:
    """Check that an assessment of a followed log goes on as its owner stated it before.

    Except for simulations, a region has one assessment of each instrument, year and kind.

    Raises:
        EntryRefused: it is about something else than before, it is published no longer, or the log
            has another one of the same.
    """
    edition = edition_of(stated)
    projected = batch.assessments.get(stated.id)
    if projected is not None and edition_of(projected.assessment) != edition:
        raise EntryRefused(
            RefusalReason.INVALID_BODY,
            "expected the same region, instrument, year and kind as before, got others",
        )
    published = AssessmentState.PUBLISHED
    if (
        projected is not None
        and projected.assessment.state is published
        and stated.state is not published
    ):
        raise EntryRefused(
            RefusalReason.INVALID_BODY,
            f"expected that it stays published, got the state {stated.state.value}",
        )
    id = batch.assessment_ids.get(edition, stated.id)
    if id != stated.id and stated.kind is not AssessmentKind.SIMULATION:
        raise EntryRefused(
            RefusalReason.INVALID_BODY,
            f"expected the assessment {id}, which is of the same region, instrument, year and kind",
        )


def require_instrument(id: str) -> Instrument:
    """Return an instrument, or raise EntryRefused if this instance does not have it."""
    try:
        return instrument_by_id(id)
    except KeyError:
        raise EntryRefused(
            RefusalReason.INVALID_BODY,
            f"expected the id of an instrument of this instance, got {quote_start(id)}",
        ) from None


def _published_score(projected: ProjectedAssessment | None) -> Score | None:
    if projected is None or projected.assessment.state is not AssessmentState.PUBLISHED:
        return None
    return projected.score


def _score(instrument: str, compute: Callable[[Instrument], Score]) -> Score:
    """Return a score, or raise EntryRefused if the instrument or the levels allow none."""
    known = require_instrument(instrument)
    try:
        return compute(known)
    except (KeyError, ValueError) as error:
        raise EntryRefused(RefusalReason.INVALID_BODY, f"it has no score: {error}") from None


def _score_levels(levels: dict[int, int], instrument: Instrument) -> Score:
    return score_levels(instrument, levels)


def _score_assessment(assessment: Assessment, instrument: Instrument) -> Score:
    return score_assessment(instrument, assessment)
