"""What `simpul score` computes and prints; reads level sheets for `simpul path` as well."""

from __future__ import annotations

from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path
from typing import Any

from rich.table import Table

from engine.assessment import level_sheet, score
from engine.assessment.instrument import Instrument
from engine.assessment.score import NextStep, PredicateGap, Score
from engine.decimals import format_exact, format_rounded
from engine.spreadsheet.sheet import SheetInvalid
from facts.instrument import instrument_catalogue
from hub.cli import sheet_file
from hub.cli.console import exit_with_error, out
from hub.exit_codes import ExitCode


@dataclass(frozen=True, slots=True)
class ScoredSheet:
    """The score of a sheet, and the next steps that would raise it."""

    instrument: Instrument
    score: Score
    next_predicate: PredicateGap | None
    steps: tuple[NextStep, ...]

    def document(self) -> dict[str, Any]:
        """Return the result as JSON values."""
        gap = self.next_predicate
        return {
            "instrument": self.instrument.id,
            "index": self.score.value,
            "display": self.score.display,
            "predicate": self.score.predicate,
            "nextPredicate": None
            if gap is None
            else {
                "label": gap.label,
                "threshold": format_exact(gap.threshold),
                "gap": format_exact(gap.gap),
            },
            "domains": [
                {
                    "number": domain.number,
                    "name": domain.name,
                    "value": domain.value,
                    "display": domain.display,
                }
                for domain in self.score.domains
            ],
            "nextSteps": [
                {
                    "indicator": step.indicator,
                    "from": step.from_level,
                    "to": step.to_level,
                    "gain": format_exact(step.gain),
                    "index": format_exact(step.index),
                    "predicate": step.predicate,
                }
                for step in self.steps
            ],
        }


def score_level_file(path: Path, instrument_id: str, limit: int) -> ScoredSheet:
    """Score the sheet in a file; exit with the row and column of each error in it.

    Args:
        limit: the most next steps to return.
    """
    instrument, claimed = read_level_file(path, instrument_id)
    result = score.score_levels(instrument, claimed)
    return ScoredSheet(
        instrument=instrument,
        score=result,
        next_predicate=score.next_predicate(instrument, result.exact),
        steps=score.list_next_steps(instrument, claimed, limit),
    )


def read_level_file(path: Path, instrument_id: str) -> tuple[Instrument, dict[int, int]]:
    """Return the instrument and the levels by indicator; exit with each error in the file."""
    instrument = instrument_catalogue().get(instrument_id)
    if instrument is None:
        exit_with_error(
            _("--instrument: expected one of {instruments}, got {instrument!r}").format(
                instruments=", ".join(instrument_catalogue()), instrument=instrument_id
            ),
            ExitCode.INPUT,
        )
    workbook = sheet_file.read_workbook_file(path, sheet_file.LEVELS_BYTES)
    try:
        return instrument, level_sheet.parse_level_sheet(workbook, instrument)
    except SheetInvalid as invalid:
        sheet_file.exit_with_sheet_problems(path, invalid, _("nothing was scored"))


def show_score(scored: ScoredSheet) -> None:
    """Print the score and the next steps as tables."""
    names = {indicator.number: indicator.name for indicator in scored.instrument.indicators}
    out.print(f"{scored.instrument.name} ({scored.instrument.id})")
    out.print(
        _("[bold]Index {index}[/bold] · {predicate} (exact {exact})").format(
            index=scored.score.display,
            predicate=scored.score.predicate,
            exact=scored.score.value,
        )
    )
    if scored.next_predicate is not None:
        gap = scored.next_predicate
        out.print(
            _("{predicate} begins at {threshold}: {gap} is missing").format(
                predicate=gap.label,
                threshold=format_exact(gap.threshold),
                gap=format_exact(gap.gap),
            )
        )
    domains = Table(_("Domain"), _("Value"), box=None)
    for domain in scored.score.domains:
        domains.add_row(f"{domain.number} {domain.name}", domain.display)
    out.print(domains)
    if scored.steps:
        steps = Table(_("Next step"), _("Level"), _("Gain"), _("Index then"), box=None)
        for step in scored.steps:
            steps.add_row(
                f"{step.indicator} {names[step.indicator]}",
                f"{step.from_level} → {step.to_level}",
                f"+{format_exact(step.gain)}",
                f"{format_rounded(step.index)} {step.predicate}",
            )
        out.print(steps)
