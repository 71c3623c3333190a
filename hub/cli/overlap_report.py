"""The tables of `simpul overlap`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from gettext import gettext as _
from typing import TypeVar

from rich.markup import escape
from rich.table import Table

from engine.matching.grouping import DuplicateGroup
from engine.matching.name_matching import DuplicatePolicy
from engine.visible_text import to_visible_line
from hub.cli.console import out
from hub.cli.file_overlap import CLUSTER_MOST, OverlapFindings
from hub.cli.overlap_document import SIGNAL_NAMES, group_links
from hub.cli.reading_report import show_reading
from resolvers.shipped_functions import functions_by_id

ROWS_SHOWN = 30  # rows of a table; JSON holds all

Item = TypeVar("Item")


def show_overlap_report(findings: OverlapFindings) -> None:
    """Print the findings as tables."""
    inventory = findings.inventory
    out.print(
        _("[bold]{title}[/bold] · {count} listings").format(
            title=escape(findings.title), count=len(findings.listings)
        )
    )
    if findings.workbook is not None:
        show_reading(findings.workbook)
    review_count = sum(group.decision is DuplicatePolicy.REVIEW for group in inventory.groups)
    relisted_count = sum(len(part) > 1 for group in inventory.groups for part in group.sure_parts)
    tagged = sum(tag.function is not None for tag in findings.tags.values())
    out.print(
        _(
            "{relisted} systems are listed more than once, {review} groups ask a person, "
            "{websites} listings are websites, {several} name several"
        ).format(
            relisted=relisted_count,
            review=review_count,
            websites=len(inventory.websites),
            several=len(inventory.several),
        )
    )
    out.print(
        _(
            "{tagged} listings have a function, {untagged} are left without: "
            "their names do not say enough"
        ).format(tagged=tagged, untagged=len(findings.tags) - tagged)
    )
    _print_table(
        (_("Policy"), _("Listings"), _("Why")),
        inventory.groups,
        lambda group: (
            group.decision.value,
            "\n".join(_listing_text(findings, id) for id in group.listings),
            "\n".join(_reason_lines(findings, group)),
        ),
    )
    _print_table(
        (_("Same function"), _("Region"), _("Systems"), _("Confidence")),
        findings.clusters,
        lambda cluster: (
            functions_by_id()[cluster.function].name,
            cluster.region,
            "\n".join(_listing_text(findings, id) for id in cluster.systems),
            f"{cluster.confidence:.2f}",
        ),
    )
    for region, function, count in findings.oversized:
        out.print(
            escape(
                _(
                    "{count} systems of {region} are for {function}: more than {most} are not compared"
                ).format(
                    count=count,
                    region=region or _("one region"),
                    function=function,
                    most=CLUSTER_MOST,
                )
            )
        )
    _print_table(
        (_("Could take over"), _("Function"), _("System"), _("Of"), _("Confidence")),
        findings.candidates,
        lambda candidate: (
            candidate.region,
            functions_by_id()[candidate.function].name,
            to_visible_line(findings.names.get(candidate.system, candidate.system)),
            to_visible_line(candidate.owner),
            f"{candidate.confidence:.2f}",
        ),
    )


def _listing_text(findings: OverlapFindings, id: str) -> str:
    listing = findings.listings[id]
    owner = listing.opd or _("OPD unknown")
    text = to_visible_line(f"{listing.name} ({owner})")
    if findings.workbook is None:
        return text
    return _("row {row}: {listing}").format(row=id, listing=text)


def _reason_lines(findings: OverlapFindings, group: DuplicateGroup) -> list[str]:
    signals = [signal for link in group_links(findings, group) for signal in link.signals]
    return [
        *dict.fromkeys(
            f"{_(SIGNAL_NAMES[signal.kind])}: {to_visible_line(signal.value)}" for signal in signals
        )
    ]


def _print_table(
    header: tuple[str, ...], items: Sequence[Item], cells: Callable[[Item], tuple[str, ...]]
) -> None:
    if not items:
        return
    table = Table(*header, box=None)
    for item in items[:ROWS_SHOWN]:
        table.add_row(*map(escape, cells(item)))
    out.print(table)
    if len(items) > ROWS_SHOWN:
        out.print(
            _("… and {count} more: --json has them all").format(count=len(items) - ROWS_SHOWN)
        )
