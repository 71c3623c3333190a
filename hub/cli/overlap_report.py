"""The report of `simpul overlap`, as JSON and as tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from rich.markup import escape
from rich.table import Table

from engine.consolidation.reuse import RULE as SHARING_RULE
from engine.matching.duplicates import RULE
from engine.matching.grouping import DuplicateGroup, ListingPair
from engine.matching.name_matching import DuplicatePolicy
from engine.matching.overlap import RULE as OVERLAP_RULE
from engine.matching.overlap import Cluster, Overlap
from hub.cli.console import out
from hub.cli.overlap import CLUSTER_MOST, OverlapFindings
from resolvers.inventory_analysis import shipped_models
from resolvers.shipped_functions import functions_by_id

SHOWN = 30  # rows of a table; JSON holds all

Found = TypeVar("Found")


def overlap_document(findings: OverlapFindings) -> dict[str, Any]:
    """Return the findings as JSON values."""
    inventory, sheet = findings.inventory, findings.sheet
    return {
        "source": findings.title,
        "columns": None if sheet is None else dict(sheet.columns),
        "passedOver": [] if sheet is None else list(sheet.passed_over),
        "retired": None if sheet is None else sheet.retired,
        "nameless": None if sheet is None else sheet.nameless,
        "unreadStatus": {}
        if sheet is None
        else {word: list(rows) for word, rows in sheet.unread_status.items()},
        "rules": [RULE, OVERLAP_RULE, SHARING_RULE],
        "listed": len(findings.listings),
        "groups": [_group(findings, each) for each in inventory.groups],
        "websites": [_line(findings, each) for each in inventory.websites],
        "several": [_line(findings, each) for each in inventory.several],
        "aloneCount": len(inventory.alone),
        "functions": [
            _line(findings, id)
            | {
                "function": tag.function,
                "confidence": tag.confidence,
                "byPerson": tag.by_person,
                "candidates": [
                    {"function": function, "confidence": confidence}
                    for function, confidence in tag.candidates
                ],
                "because": list(tag.because),
            }
            for id, tag in findings.tags.items()
        ],
        "clusters": [_cluster(findings, each) for each in findings.clusters],
        "notCompared": [
            {"region": region, "function": function, "systems": count, "most": CLUSTER_MOST}
            for region, function, count in findings.crowds
        ],
        "shareCandidates": [
            {
                "region": each.region,
                "function": each.function,
                "system": findings.names.get(each.system, each.system),
                "listing": _key(findings, each.system),
                "owner": each.owner,
                "level": each.level,
                "confidence": each.confidence,
                "regionsWith": each.regions_with,
            }
            for each in findings.candidates
        ],
    }


def show_overlap_report(findings: OverlapFindings) -> None:
    """Print the findings as tables."""
    inventory, sheet = findings.inventory, findings.sheet
    out.print(f"[bold]{escape(findings.title)}[/bold] · {len(findings.listings)} listings")
    if sheet is not None:
        found = ", ".join(f"{field} in '{header}'" for field, header in sheet.columns.items())
        out.print(escape(f"Columns found: {found}"))
        if sheet.passed_over:
            out.print(escape(f"Columns passed over: {', '.join(sheet.passed_over)}"))
        if sheet.retired:
            out.print(f"{sheet.retired} listings that are out of use are left out")
        if sheet.nameless:
            out.print(f"{sheet.nameless} rows say that there is no application and are left out")
        for word, rows in sheet.unread_status.items():
            out.print(escape(f"Status {word!r} is not understood: {len(rows)} rows are compared"))
    asked = sum(each.decision is DuplicatePolicy.REVIEW for each in inventory.groups)
    relisted = sum(len(part) > 1 for group in inventory.groups for part in group.sure)
    known = sum(tag.function is not None for tag in findings.tags.values())
    out.print(
        f"{relisted} systems are listed more than once, {asked} groups ask a person, "
        f"{len(inventory.websites)} listings are websites, {len(inventory.several)} name several"
    )
    out.print(
        f"{known} listings have a function, {len(findings.tags) - known} are left without: "
        "their names do not say enough"
    )
    _table(
        ("Policy", "Listings", "Why"),
        inventory.groups,
        lambda group: (
            group.decision.value,
            "\n".join(_printed(findings, each) for each in group.listings),
            "\n".join(_why(findings, group)),
        ),
    )
    _table(
        ("Same function", "Region", "Systems", "Confidence"),
        findings.clusters,
        lambda cluster: (
            functions_by_id()[cluster.function].name,
            cluster.region,
            "\n".join(_printed(findings, each) for each in cluster.systems),
            f"{cluster.confidence:.2f}",
        ),
    )
    for region, function, count in findings.crowds:
        out.print(
            escape(
                f"{count} systems of {region or 'one region'} are for {function}: more than {CLUSTER_MOST} are not compared"
            )
        )
    _table(
        ("Could take over", "Function", "System", "Of", "Confidence"),
        findings.candidates,
        lambda each: (
            each.region,
            functions_by_id()[each.function].name,
            findings.names.get(each.system, each.system),
            each.owner,
            f"{each.confidence:.2f}",
        ),
    )


def _group(findings: OverlapFindings, group: DuplicateGroup) -> dict[str, Any]:
    return {
        "policy": group.decision.value,
        "region": group.region,
        "national": group.national,
        "listings": [_line(findings, each) for each in group.listings],
        "parts": [[_key(findings, id) for id in part] for part in group.sure],
        "links": [
            {
                "a": _key(findings, link.a),
                "b": _key(findings, link.b),
                "policy": link.decision.value,
                "signals": [{"name": each.name, "value": each.value} for each in link.signals],
            }
            for link in _links(findings, group)
        ],
    }


def _cluster(findings: OverlapFindings, cluster: Cluster) -> dict[str, Any]:
    return {
        "region": cluster.region,
        "function": cluster.function,
        "confidence": cluster.confidence,
        "systems": [_line(findings, each) for each in cluster.systems],
        "pairs": [
            {"a": _key(findings, each.a), "b": _key(findings, each.b)} | explain_overlap(each)
            for each in cluster.pairs
        ],
    }


def explain_overlap(overlap: Overlap) -> dict[str, Any]:
    """Return the score of a pair and its signals, as JSON values."""
    why = [{"signal": e.signal, "value": e.value, "adds": e.adds} for e in overlap.why]
    return {"score": overlap.score, "why": why}


def _line(findings: OverlapFindings, id: str) -> dict[str, Any]:
    listing, sheet = findings.listings[id], findings.sheet
    members = {"name": listing.name, "opd": listing.opd, "region": listing.region}
    if sheet is None:
        return {"listing": id} | members
    return {"listing": int(id), "id": sheet.ids.get(id)} | members


def _key(findings: OverlapFindings, id: str) -> str | int:
    """Return the identifier of a listing: its row in a file, else its id."""
    return id if findings.sheet is None else int(id)


def _printed(findings: OverlapFindings, id: str) -> str:
    listing = findings.listings[id]
    row = "" if findings.sheet is None else f"row {id}: "
    return f"{row}{listing.name} ({listing.opd or 'OPD unknown'})"


def _links(findings: OverlapFindings, group: DuplicateGroup) -> tuple[ListingPair, ...]:
    """Return the links of a group; if all its listings are equal, the link of the first two."""
    if group.links:
        return group.links
    a, b = (findings.listings[id] for id in group.listings[:2])
    equal = shipped_models().comparison.pair(a, b)
    return () if equal is None else (equal,)


def _why(findings: OverlapFindings, group: DuplicateGroup) -> list[str]:
    signals = [signal for link in _links(findings, group) for signal in link.signals]
    return [*dict.fromkeys(f"{each.name}: {each.value}" for each in signals)]


def _table(
    header: tuple[str, ...], found: Sequence[Found], cells: Callable[[Found], tuple[str, ...]]
) -> None:
    if not found:
        return
    table = Table(*header, box=None)
    for each in found[:SHOWN]:
        table.add_row(*map(escape, cells(each)))
    out.print(table)
    if len(found) > SHOWN:
        out.print(f"… and {len(found) - SHOWN} more: --json has them all")
