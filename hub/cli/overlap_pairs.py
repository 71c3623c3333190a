"""`simpul overlap --pairs`: scores the pairs of applications in a file."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from engine.matching.grouping import ListingPair
from engine.matching.inventory_line import Listing
from engine.matching.overlap import RULE, Overlap
from engine.spreadsheet.sheet import Row, SheetInvalid, SheetProblem, quote_cell
from hub.cli import sheet_file
from hub.cli.console import out
from hub.cli.overlap_report import explain_overlap
from resolvers.inventory_analysis import shipped_models

REQUIRED = ("a", "b")
OPTIONAL = tuple(f"{side}_{field}" for field in ("opd", "region", "url") for side in REQUIRED)
ADDED = ("score", "identity", "why")
PAIRS_MOST = 100_000
_SCORED_AT_ONCE = 5_000  # bounds memory: each listing is scored against all functions


@dataclass(frozen=True, slots=True)
class ScoredPair:
    """A pair of the file, its overlap score, and whether the two may be the same system."""

    cells: tuple[str, ...]
    overlap: Overlap
    same: ListingPair | None

    @property
    def identity(self) -> str:
        """AUTO, REVIEW, or NONE if nothing indicates that the two are the same system."""
        return "NONE" if self.same is None else self.same.decision.value

    @property
    def signals(self) -> dict[str, str]:
        """The signals behind the identity, by name."""
        return {} if self.same is None else {each.name: each.value for each in self.same.signals}

    @property
    def why(self) -> str:
        """The signals behind the score and the identity, as text."""
        parts = [f"{each.signal} {each.value:g} ({each.adds:+g})" for each in self.overlap.why]
        return "; ".join([*parts, *(f"{name}: {value}" for name, value in self.signals.items())])


def score_pair_file(path: Path) -> tuple[list[str], list[ScoredPair]]:
    """Return the header and the scored pairs of a file; exit with the errors in it."""
    try:
        header, lines = _read(sheet_file.read_sheet_rows(path))
    except SheetInvalid as invalid:
        sheet_file.exit_with_sheet_problems(path, invalid, "nothing was scored")
    pairs = [(_listing(values, "a"), _listing(values, "b")) for _, values in lines]
    built = shipped_models()
    comparer, comparison = built.comparer, built.comparison
    overlaps: list[Overlap] = []
    for start in range(0, len(pairs), _SCORED_AT_ONCE):
        overlaps += comparer.overlaps(pairs[start : start + _SCORED_AT_ONCE])
    return header, [
        ScoredPair(cells, overlap, comparison.pair(a, b))
        for (cells, _), (a, b), overlap in zip(lines, pairs, overlaps, strict=True)
    ]


def scored_pairs_document(header: list[str], pairs: list[ScoredPair]) -> dict[str, Any]:
    """Return the scored pairs as JSON values."""
    return {
        "rule": RULE,
        "pairs": [
            dict(zip(header, each.cells, strict=True))
            | {"identity": each.identity, "signals": each.signals}
            | explain_overlap(each.overlap)
            for each in pairs
        ],
    }


def write_scored_pairs(header: list[str], pairs: list[ScoredPair]) -> None:
    """Print the scored pairs as CSV: the rows of the file, with three columns added."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([*header, *ADDED])
    for each in pairs:
        writer.writerow([*each.cells, each.overlap.score, each.identity, each.why])


def show_scored_pairs(header: list[str], pairs: list[ScoredPair]) -> None:
    """Print the scored pairs as a table."""
    at = [[cell.lower() for cell in header].index(side) for side in REQUIRED]
    table = Table("A", "B", "Score", "Identity", "Why", box=None)
    for each in pairs:
        a, b = (each.cells[i] for i in at)
        score = f"{each.overlap.score:.3f}"
        table.add_row(escape(a), escape(b), score, each.identity, escape(each.why))
    out.print(table)


def _read(rows: Iterator[Row]) -> tuple[list[str], list[tuple[tuple[str, ...], dict[str, str]]]]:
    header_row, header = next(rows, (1, []))
    names = [cell.lower() for cell in header]
    wrong = [each for each in REQUIRED if names.count(each) != 1]
    wrong += [each for each in OPTIONAL if names.count(each) > 1]
    expected = "a header with this column once"
    found = quote_cell(",".join(header))
    problems = [SheetProblem(header_row, each, expected, found) for each in wrong]
    added = [each for each in ADDED if each in names]
    expected = "a header without it: it is added"
    problems += [SheetProblem(header_row, each, expected, found) for each in added]
    if problems:
        raise SheetInvalid(*problems)
    lines: list[tuple[tuple[str, ...], dict[str, str]]] = []
    for row, cells in rows:
        if len(cells) > len(header):
            problems.append(SheetProblem(row, None, f"{len(header)} cells", str(len(cells))))
        if len(lines) == PAIRS_MOST:
            raise SheetInvalid(SheetProblem(row, None, f"at most {PAIRS_MOST} pairs", "more"))
        whole = (*cells, *[""] * (len(header) - len(cells)))
        values = dict(zip(names, whole, strict=False))
        problems += [
            SheetProblem(row, side, "the name of an application", "nothing")
            for side in REQUIRED
            if not values[side]
        ]
        lines.append((whole, values))
    if problems:
        raise SheetInvalid(*problems)
    return header, lines


def _listing(values: dict[str, str], side: str) -> Listing:
    return Listing(
        name=values[side],
        opd=values.get(f"{side}_opd", ""),
        url=values.get(f"{side}_url") or None,
        id=side,
        region=values.get(f"{side}_region", ""),
    )
