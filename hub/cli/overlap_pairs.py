"""`simpul overlap --pairs`: scores the pairs of applications in a file."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from engine.matching.grouping import ListingPair
from engine.matching.listing import Listing
from engine.matching.name_matching import MatchSignal
from engine.matching.overlap import RULE, Overlap
from engine.spreadsheet.csv_cells import neutralise_row
from engine.spreadsheet.sheet import Row, SheetInvalid, SheetProblem, quote_cell
from hub.cli import sheet_file
from hub.cli.console import out
from hub.cli.overlap_document import SIGNAL_NAMES, explain_overlap
from resolvers.inventory_analysis import shipped_models

REQUIRED_COLUMNS = ("a", "b")
OPTIONAL_COLUMNS = tuple(
    f"{side}_{field}" for field in ("opd", "region", "url") for side in REQUIRED_COLUMNS
)
ADDED_COLUMNS = ("score", "identity", "why")
PAIRS_MOST = 100_000
_PAIRS_PER_BATCH = 5_000  # bounds memory: each listing is scored against all functions


@dataclass(frozen=True, slots=True)
class ScoredPair:
    """A pair of the file, its overlap score, and whether the two may be the same system."""

    cells: tuple[str, ...]
    overlap: Overlap
    listing_pair: ListingPair | None

    @property
    def identity(self) -> str:
        """AUTO, REVIEW, or NONE if nothing indicates that the two are the same system."""
        return "NONE" if self.listing_pair is None else self.listing_pair.decision.value

    @property
    def signals(self) -> tuple[MatchSignal, ...]:
        """The signals behind the identity."""
        return () if self.listing_pair is None else self.listing_pair.signals

    def explain(self, translate: Callable[[str], str] = str) -> str:
        """Return the signals behind the score and the identity, with translated names."""
        parts = [
            f"{translate(part.signal)} {part.value:g} ({part.contribution:+g})"
            for part in self.overlap.reasons
        ]
        parts += [
            f"{translate(SIGNAL_NAMES[signal.kind])}: {signal.value}" for signal in self.signals
        ]
        return "; ".join(parts)


def score_pair_file(path: Path) -> tuple[list[str], list[ScoredPair]]:
    """Return the header and the scored pairs of a file; exit with the errors in it."""
    try:
        header, lines = _read_pairs(sheet_file.read_sheet_rows(path))
    except SheetInvalid as invalid:
        sheet_file.exit_with_sheet_problems(path, invalid, _("nothing was scored"))
    pairs = [(_pair_listing(values, "a"), _pair_listing(values, "b")) for _cells, values in lines]
    models = shipped_models()
    comparer, comparison = models.overlap_scorer, models.duplicate_finder
    overlaps: list[Overlap] = []
    for start in range(0, len(pairs), _PAIRS_PER_BATCH):
        overlaps += comparer.score_pairs(pairs[start : start + _PAIRS_PER_BATCH])
    return header, [
        ScoredPair(cells, overlap, comparison.compare_listings(a, b))
        for (cells, _values), (a, b), overlap in zip(lines, pairs, overlaps, strict=True)
    ]


def scored_pairs_document(header: list[str], pairs: list[ScoredPair]) -> dict[str, Any]:
    """Return the scored pairs as JSON values."""
    return {
        "rule": RULE,
        "pairs": [
            dict(zip(header, pair.cells, strict=True))
            | {
                "identity": pair.identity,
                "signals": {signal.kind.value: signal.value for signal in pair.signals},
            }
            | explain_overlap(pair.overlap)
            for pair in pairs
        ],
    }


def write_scored_pairs(header: list[str], pairs: list[ScoredPair]) -> None:
    """Print the scored pairs as CSV: the rows of the file, with three columns added.

    Spreadsheet programs do not evaluate any cell.
    """
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(neutralise_row([*header, *ADDED_COLUMNS]))
    for pair in pairs:
        cells = [*pair.cells, pair.overlap.score, pair.identity, pair.explain()]
        writer.writerow(neutralise_row(cells))


def show_scored_pairs(header: list[str], pairs: list[ScoredPair]) -> None:
    """Print the scored pairs as a table."""
    columns = [[cell.lower() for cell in header].index(side) for side in REQUIRED_COLUMNS]
    table = Table("A", "B", _("Score"), _("Identity"), _("Why"), box=None)
    for pair in pairs:
        a, b = (pair.cells[column] for column in columns)
        score = f"{pair.overlap.score:.3f}"
        table.add_row(escape(a), escape(b), score, pair.identity, escape(pair.explain(_)))
    out.print(table)


def _read_pairs(
    rows: Iterator[Row],
) -> tuple[list[str], list[tuple[tuple[str, ...], dict[str, str]]]]:
    header_row, header = next(rows, (1, []))
    names = [cell.lower() for cell in header]
    invalid_columns = [column for column in REQUIRED_COLUMNS if names.count(column) != 1]
    invalid_columns += [column for column in OPTIONAL_COLUMNS if names.count(column) > 1]
    header_text = quote_cell(",".join(header))
    problems = [
        SheetProblem(header_row, column, "a header with this column once", header_text)
        for column in invalid_columns
    ]
    reserved_columns = [column for column in ADDED_COLUMNS if column in names]
    problems += [
        SheetProblem(header_row, column, "a header without it: it is added", header_text)
        for column in reserved_columns
    ]
    if problems:
        raise SheetInvalid(*problems)
    lines: list[tuple[tuple[str, ...], dict[str, str]]] = []
    for row, cells in rows:
        if len(cells) > len(header):
            problems.append(
                SheetProblem(
                    row, None, "{count} cells", str(len(cells)), values={"count": len(header)}
                )
            )
        if len(lines) == PAIRS_MOST:
            raise SheetInvalid(
                SheetProblem(row, None, "at most {most} pairs", "more", values={"most": PAIRS_MOST})
            )
        padded = (*cells, *[""] * (len(header) - len(cells)))
        values = dict(zip(names, padded, strict=False))
        problems += [
            SheetProblem(row, side, "the name of an application", "nothing")
            for side in REQUIRED_COLUMNS
            if not values[side]
        ]
        lines.append((padded, values))
    if problems:
        raise SheetInvalid(*problems)
    return header, lines


def _pair_listing(values: dict[str, str], side: str) -> Listing:
    return Listing(
        name=values[side],
        opd=values.get(f"{side}_opd", ""),
        url=values.get(f"{side}_url") or None,
        id=side,
        region=values.get(f"{side}_region", ""),
    )
