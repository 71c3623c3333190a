"""The document of `simpul overlap --json`."""

from __future__ import annotations

from typing import Any

from engine.consolidation.reuse import RULE as SHARING_RULE
from engine.matching.duplicates import RULE
from engine.matching.grouping import DuplicateGroup, ListingPair
from engine.matching.name_matching import MatchSignalKind
from engine.matching.overlap import RULE as OVERLAP_RULE
from engine.matching.overlap import Cluster, Overlap
from engine.spreadsheet.application_values import SheetReading
from engine.spreadsheet.listing_sheet import ListingWorkbook
from hub.cli.file_overlap import CLUSTER_MOST, OverlapFindings
from hub.cli.translation import N_
from resolvers.inventory_analysis import shipped_models

SIGNAL_NAMES = {
    MatchSignalKind.NATIONAL_SYSTEM: N_("national system"),
    MatchSignalKind.SAME_NAME: N_("same name"),
    MatchSignalKind.SIMILAR_NAME: N_("similar names"),
    MatchSignalKind.NAME_PREFIX: N_("one name begins the other"),
    MatchSignalKind.SAME_ADDRESS: N_("same address"),
    MatchSignalKind.SAME_HOST: N_("same host"),
    MatchSignalKind.SAME_OPD: N_("same OPD"),
}


def overlap_document(findings: OverlapFindings) -> dict[str, Any]:
    """Return the findings as JSON values."""
    inventory, workbook = findings.inventory, findings.workbook
    return {
        "source": findings.title,
        **_reading_document(workbook),
        "rules": [RULE, OVERLAP_RULE, SHARING_RULE],
        "listed": len(findings.listings),
        "groups": [_group_document(findings, group) for group in inventory.groups],
        "websites": [_listing_document(findings, id) for id in inventory.websites],
        "several": [_listing_document(findings, id) for id in inventory.several],
        "aloneCount": len(inventory.alone),
        "functions": [
            _listing_document(findings, id)
            | {
                "function": tag.function,
                "confidence": tag.confidence,
                "byPerson": tag.by_person,
                "candidates": [
                    {"function": function, "confidence": confidence}
                    for function, confidence in tag.candidates
                ],
                "because": list(tag.matched_terms),
            }
            for id, tag in findings.tags.items()
        ],
        "clusters": [_cluster_document(findings, cluster) for cluster in findings.clusters],
        "notCompared": [
            {"region": region, "function": function, "systems": count, "most": CLUSTER_MOST}
            for region, function, count in findings.oversized
        ],
        "shareCandidates": [
            {
                "region": candidate.region,
                "function": candidate.function,
                "system": findings.names.get(candidate.system, candidate.system),
                "listing": _listing_key(findings, candidate.system),
                "owner": candidate.owner,
                "level": candidate.level,
                "confidence": candidate.confidence,
                "regionsWith": candidate.serving_region_count,
            }
            for candidate in findings.candidates
        ],
    }


def _reading_document(workbook: ListingWorkbook | None) -> dict[str, Any]:
    """Return which columns, rows and sheets of a file were read."""
    if workbook is None:
        none = dict.fromkeys(("columns", "retired", "nameless", "encoding"))
        return none | {
            "notNeeded": [],
            "passedOver": [],
            "unreadStatus": {},
            "sheets": [],
            "problems": [],
        }
    return {
        "encoding": workbook.encoding,
        "columns": workbook.columns,
        "notNeeded": list(workbook.unneeded_columns),
        "passedOver": list(workbook.ignored_headers),
        "retired": workbook.retired_count,
        "nameless": workbook.nameless_count,
        "unreadStatus": {word: list(rows) for word, rows in workbook.unknown_statuses.items()},
        "sheets": [_sheet_document(reading) for reading in workbook.sheets],
        "problems": [
            {
                "code": problem.code.value,
                "sheet": problem.sheet,
                "cell": problem.cell,
                "field": problem.field,
                "message": str(problem),
            }
            for problem in workbook.problems
        ],
    }


def _sheet_document(reading: SheetReading) -> dict[str, Any]:
    return {
        "name": reading.name,
        "isRead": reading.is_read,
        "reason": None if reading.reason is None else reading.reason.value,
        "headerRows": list(reading.header_rows),
        "columns": [
            {"column": use.letter, "header": use.header, "field": use.field}
            for use in reading.columns
        ],
        "setApart": [
            {"row": row.row, "reason": row.reason.value, "text": row.text}
            for row in reading.set_apart
        ],
        "opd": reading.opd or None,
    }


def _group_document(findings: OverlapFindings, group: DuplicateGroup) -> dict[str, Any]:
    return {
        "policy": group.decision.value,
        "region": group.region,
        "national": group.national,
        "listings": [_listing_document(findings, id) for id in group.listings],
        "parts": [[_listing_key(findings, id) for id in part] for part in group.sure_parts],
        "links": [
            {
                "a": _listing_key(findings, link.a),
                "b": _listing_key(findings, link.b),
                "policy": link.decision.value,
                "signals": [
                    {"kind": signal.kind.value, "value": signal.value} for signal in link.signals
                ],
            }
            for link in group_links(findings, group)
        ],
    }


def _cluster_document(findings: OverlapFindings, cluster: Cluster) -> dict[str, Any]:
    return {
        "region": cluster.region,
        "function": cluster.function,
        "confidence": cluster.confidence,
        "systems": [_listing_document(findings, id) for id in cluster.systems],
        "pairs": [
            {"a": _listing_key(findings, pair.a), "b": _listing_key(findings, pair.b)}
            | explain_overlap(pair)
            for pair in cluster.pairs
        ],
    }


def explain_overlap(overlap: Overlap) -> dict[str, Any]:
    """Return the score of a pair and its signals, as JSON values."""
    why = [
        {"signal": part.signal, "value": part.value, "adds": part.contribution}
        for part in overlap.reasons
    ]
    return {"score": overlap.score, "why": why}


def _listing_document(findings: OverlapFindings, id: str) -> dict[str, Any]:
    listing, workbook = findings.listings[id], findings.workbook
    members = {"name": listing.name, "opd": listing.opd, "region": listing.region}
    if workbook is None:
        return {"listing": id} | members
    return {"listing": _listing_key(findings, id), "id": workbook.ids.get(id)} | members


def _listing_key(findings: OverlapFindings, id: str) -> str | int:
    """Return the identifier of a listing: its row in a file of one sheet, else its id."""
    workbook = findings.workbook
    return int(id) if workbook is not None and workbook.is_one_sheet else id


def group_links(findings: OverlapFindings, group: DuplicateGroup) -> tuple[ListingPair, ...]:
    """Return the links of a group; if all its listings are equal, the link of the first two."""
    if group.linked_pairs:
        return group.linked_pairs
    a, b = (findings.listings[id] for id in group.listings[:2])
    equal = shipped_models().duplicate_finder.compare_listings(a, b)
    return () if equal is None else (equal,)
