"""Defines the commands score, path, overlap, verify, proposals, diagnose and graph."""

from __future__ import annotations

import asyncio
import sys
from fractions import Fraction
from gettext import gettext as _
from pathlib import Path
from typing import Annotated

import typer

from engine.model import AssessmentKind
from hub.cli import preconditions
from hub.cli.console import AsJson, exit_with_error, print_result
from hub.cli.region_argument import RegionArgument, resolve_region
from hub.exit_codes import ExitCode

app = typer.Typer()

FILE_SUFFIXES = (".csv", ".xlsx")


@app.command()
def score(
    levels: Annotated[Path, typer.Argument(help="A sheet with the columns number,level.")],
    instrument: Annotated[str, typer.Option(help="spbe-2018, spbe-2020 or pemdi-2026.")],
    steps: Annotated[int, typer.Option(min=0, max=50, help="Next steps to show.")] = 10,
    json: AsJson = False,
) -> None:
    """Compute the index, predicate and domains of a sheet of levels, and the best next steps."""
    from hub.cli import score_report

    scored = score_report.score_level_file(levels, instrument, steps)
    print_result(
        scored.document(), as_json=json, print_text=lambda: score_report.show_score(scored)
    )


@app.command()
def path(
    start: Annotated[
        str,
        typer.Argument(
            metavar="REGION|LEVELS",
            help="Code or name of a region, whose newest levels are used, or else an estimate; "
            "or a sheet with the columns number,level.",
        ),
    ],
    instrument: Annotated[str, typer.Option(help="spbe-2018, spbe-2020 or pemdi-2026.")],
    target: Annotated[float, typer.Option(help="The index to reach.")],
    buffer: Annotated[float, typer.Option(min=0, max=1, help="Index points above it.")] = 0.1,
    years: Annotated[int, typer.Option(min=1, max=3)] = 1,
    must_rise: Annotated[list[int], typer.Option(help="An indicator that must rise.")] = [],  # noqa: B006
    exclude: Annotated[list[int], typer.Option(help="An indicator that must not rise.")] = [],  # noqa: B006
    effort: Annotated[
        str | None,
        typer.Option(
            metavar="uniform|EFFORT.csv",
            help="uniform: each level costs the same and no order is preferred. Or a CSV with "
            "the columns number,level,effort, which overrides parts of the default scale.",
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Find the cheapest steps to a target index."""
    from hub.cli import path_report, path_tables

    options = path_report.PathOptions(
        instrument,
        path_report.exact_target(target),
        Fraction(str(buffer)),
        years,
        tuple(must_rise),
        tuple(exclude),
        effort,
    )
    if years > 1:
        path_report.redirect_solver_output()
    if _is_file(start):
        result = path_report.plan_sheet_path(Path(start), options)
    else:
        from hub.cli import region_path

        result = asyncio.run(
            region_path.plan_region_path(
                preconditions.load_migrated_settings(), resolve_region(start), options
            )
        )
    print_result(
        result.document(), as_json=json, print_text=lambda: path_tables.show_path_report(result)
    )


@app.command()
def overlap(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="REGION|INVENTORY",
            help="Code or name of a region of the database, or a .csv or .xlsx file with a row per "
            "application: name, and if known opd, region, url, id, status, function.",
        ),
    ] = None,
    pairs: Annotated[
        Path | None,
        typer.Option(
            help="Score given pairs: a file with the columns a,b and if known "
            "a_opd,b_opd,a_region,b_region,a_url,b_url."
        ),
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print scored pairs as CSV.")] = False,
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD=HEADER",
            help="Read the column with this header as this field, as name=judul; repeatable.",
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Show which listings are or may be the same system, and which systems overlap, with reasons."""
    if (source is None) == (pairs is None):
        exit_with_error(
            _("expected either an inventory or --pairs, got none")
            if source is None
            else _("expected either an inventory or --pairs, got both"),
            ExitCode.INPUT,
        )
    if pairs is not None:
        from hub.cli import overlap_pairs

        header, scored = overlap_pairs.score_pair_file(pairs)
        # If the output is not a terminal, a program reads it, which expects CSV.
        print_pairs = (
            overlap_pairs.write_scored_pairs
            if csv or not sys.stdout.isatty()
            else overlap_pairs.show_scored_pairs
        )
        print_result(
            overlap_pairs.scored_pairs_document(header, scored),
            as_json=json,
            print_text=lambda: print_pairs(header, scored),
        )
        return
    assert source is not None
    if csv:
        exit_with_error(
            _("--csv: expected --pairs with it; an inventory has --json"), ExitCode.INPUT
        )
    from engine.spreadsheet.listing_sheet import FIELDS
    from hub.cli import column_options, file_overlap, overlap_document, overlap_report

    if _is_file(source):
        header_by_field = column_options.parse_column_options(column or (), FIELDS)
        findings = file_overlap.find_file_overlaps(Path(source), header_by_field)
    else:
        from hub.cli import region_overlap

        findings = asyncio.run(
            region_overlap.find_region_overlaps(
                preconditions.load_migrated_settings(), resolve_region(source)
            )
        )
    # The document is large, so it is made only if it is printed.
    document = overlap_document.overlap_document(findings) if json else {}
    print_result(
        document, as_json=json, print_text=lambda: overlap_report.show_overlap_report(findings)
    )


@app.command()
def verify(
    region: RegionArgument,
    instrument: Annotated[str, typer.Option(help="spbe-2020 or pemdi-2026.")] = "spbe-2020",
    year: Annotated[
        int | None, typer.Option(help="Year of the assessment; by default the newest.")
    ] = None,
    kind: Annotated[
        AssessmentKind, typer.Option(help="Kind of the assessment.", case_sensitive=False)
    ] = AssessmentKind.SELF,
    json: AsJson = False,
) -> None:
    """Verify the levels that a region claims by its integration graph."""
    from hub.cli import region_queries
    from hub.cli import region_report as report

    variables = {"instrumentId": instrument, "year": year, "kind": kind.value}
    result = asyncio.run(
        region_queries.query_region(
            preconditions.load_migrated_settings(), region_queries.VERIFICATION, region, **variables
        )
    )
    print_result(
        result, as_json=json, print_text=lambda: report.show_verification(result, kind, year)
    )


@app.command()
def proposals(
    region: RegionArgument,
    json: AsJson = False,
) -> None:
    """Show the consolidation proposals of a region, with their reasons and decisions."""
    from hub.cli import region_queries
    from hub.cli import region_report as report

    result = asyncio.run(
        region_queries.query_region(
            preconditions.load_migrated_settings(), region_queries.PROPOSALS, region
        )
    )
    print_result(result, as_json=json, print_text=lambda: report.show_proposals(result))


@app.command()
def diagnose(
    region: RegionArgument,
    json: AsJson = False,
) -> None:
    """Show the diagnostics of a region's integration graph, over all recorded exchanges."""
    from hub.cli import region_queries
    from hub.cli import region_report as report

    result = asyncio.run(
        region_queries.query_region(
            preconditions.load_migrated_settings(), region_queries.DIAGNOSTICS, region
        )
    )
    print_result(result, as_json=json, print_text=lambda: report.show_diagnostics(result))


@app.command()
def graph(
    region: RegionArgument,
    around: Annotated[
        str | None, typer.Option(help="Id of a node; by default the whole graph.")
    ] = None,
    depth: Annotated[int, typer.Option(min=1, max=5, help="Steps from that node.")] = 2,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Most nodes to show.")] = 300,
    form: Annotated[
        str | None, typer.Option("--format", help="Print it as json, dot or graphml.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Show the integration graph of a region, and which exchanges are not evidence."""
    from hub.cli import graph_export, region_queries
    from hub.cli import region_report as report

    if form not in (None, "json", *graph_export.FORMATS):
        formats = ", ".join(graph_export.FORMATS)
        exit_with_error(
            _("--format: expected one of json, {formats}, got {format}").format(
                formats=formats, format=form
            ),
            ExitCode.INPUT,
        )
    variables = {"aroundId": around, "depth": depth, "limit": limit}
    result = asyncio.run(
        region_queries.query_region(
            preconditions.load_migrated_settings(), region_queries.GRAPH, region, **variables
        )
    )
    if form in graph_export.FORMATS:
        typer.echo(graph_export.FORMATS[form](result["integrationGraph"]), nl=False)
    else:
        as_json = json or form == "json"
        print_result(result, as_json=as_json, print_text=lambda: report.show_graph(result))


def _is_file(source: str) -> bool:
    return Path(source).suffix.lower() in FILE_SUFFIXES or Path(source).exists()
