"""Benchmark of the duplicate finder: accuracy on real listings, speed on simulated inventories.

    python -m benchmarks.duplicates

Accuracy on real listings: every pair of `madiun_listings.csv` (one region's survey, grouped by
hand), and the websites of `inventory_lines.csv`. Rules and catalogue were written with these
rows in view, so the figures are what the rules do here, not what they will do elsewhere.
Speed on simulated inventories: 552 regions whose lines are the real names and addresses, drawn
again with spellings varied and the region's own domain. CPU time, median of the runs. The digest
covers all groups and links: it is equal if two versions find the same.
"""

from __future__ import annotations

import csv
import gc
import hashlib
import random
import statistics
import sys
import time
from itertools import combinations
from pathlib import Path

from engine.matching.duplicates import DuplicateFinder
from engine.matching.inventory_line import LineClassifier, LineKind, Listing
from engine.matching.name_matching import DuplicatePolicy
from engine.matching.names import Normaliser
from engine.matching.national_systems import NationalCatalogue
from engine.model import RegionKind
from facts.function import name_words, national_systems
from facts.tables import opd_reference, region_catalogue
from resolvers.collector import paused_garbage_collection

DATA = Path(__file__).parent / "data"
SIZES = (27_400, 270_000)
RUNS = 5


def main() -> None:
    """Print accuracy, then speed."""
    accuracy()
    websites()
    speed()


def tools() -> tuple[DuplicateFinder, LineClassifier]:
    """Return a duplicate finder and a line classifier with empty caches."""
    normaliser = Normaliser(name_words())
    national = NationalCatalogue(national_systems(), normaliser)
    acronyms = (
        acronym
        for each in opd_reference()
        for acronym in (each.acronym, *each.alternative_names.split(";"))
    )
    sorter = LineClassifier(acronyms, national)
    return DuplicateFinder(normaliser, national, sorter), sorter


def accuracy() -> None:
    """Compare AUTO alone, and AUTO with every REVIEW group accepted, with the groups made by hand."""
    rows = _read("madiun_listings.csv")
    comparison, _ = tools()
    lines = [Listing(e["name"], e["opd"], e["url"] or None, e["id"], "35.19") for e in rows]
    inventory = comparison.sort_out(lines)
    system = {each["id"]: each["system"] for each in rows}
    truth = {_pair(a, b) for a, b in combinations(system, 2) if system[a] == system[b]}
    found: dict[DuplicatePolicy, set[frozenset[str]]] = {each: set() for each in DuplicatePolicy}
    for group in inventory.groups:
        for a, b, decision in group.pairs():
            found[decision].add(_pair(a, b))
    asked = sum(each.decision is DuplicatePolicy.REVIEW for each in inventory.groups)
    _write(f"{len(rows)} listings of {len(set(system.values()))} systems, {len(truth)} true pairs")
    auto = found[DuplicatePolicy.AUTO]
    for title, pairs in (
        ("AUTO", auto),
        (f"AUTO and all {asked} REVIEW groups accepted", auto | found[DuplicatePolicy.REVIEW]),
    ):
        right = len(pairs & truth)
        _write(
            f"  {title:44} P {right / len(pairs):.3f}  R {right / len(truth):.3f}"
            f"  ({right} of {len(pairs)})"
        )


def websites() -> None:
    """Compare the lines classified as plain websites with the marks of the inventories."""
    rows = _read("inventory_lines.csv")
    _, sorter = tools()
    called = [sorter.kind(e["name"], e["url"] or None) is LineKind.WEBSITE for e in rows]
    are = [each["website"] == "true" for each in rows]
    right = sum(a and b for a, b in zip(called, are, strict=True))
    _write(
        f"{len(rows)} lines, {sum(are)} websites: P {right / sum(called):.3f}"
        f"  R {right / sum(are):.3f}  (what is not surely a website stays an application)"
    )


def speed() -> None:
    """Measure the comparison of all pairs of whole inventories, from parsed lines to groups."""
    inventories = {size: simulated(size) for size in SIZES}
    gc.freeze()  # the lines are the caller's: not to be traversed again and again
    taken: dict[int, list[float]] = {size: [] for size in SIZES}
    for _ in range(RUNS):  # the sizes in turn, so that a busy machine slows both
        for size, lines in inventories.items():
            comparison, _ = tools()
            gc.collect()
            started = time.process_time()
            with paused_garbage_collection():  # as the resolvers do
                inventory = comparison.sort_out(lines)
            taken[size].append(time.process_time() - started)
            if len(taken[size]) < RUNS:
                continue
            pairs = sum(len(g.listings) * (len(g.listings) - 1) // 2 for g in inventory.groups)
            _write(
                f"{size} simulated listings, {len({each.region for each in lines})} regions,"
                f" {len({each.name for each in lines}) / size:.0%} different names:"
                f" {statistics.median(taken[size]):.2f} s CPU,"
                f" {len(inventory.groups)} groups, {pairs} pairs,"
                f" digest {hashlib.sha256(repr(inventory.groups).encode()).hexdigest()[:12]}"
            )
    small, large = (statistics.median(taken[size]) for size in SIZES)
    _write(f"  ratio {large / small:.1f} for {SIZES[1] / SIZES[0]:.1f} times the listings")


def simulated(size: int, seed: int = 1) -> list[Listing]:
    """Draw listings from real names, for every region of the country."""
    draw = random.Random(seed)
    rows = _read("inventory_lines.csv")
    places = [e for e in region_catalogue(national=True) if e.kind is not RegionKind.CENTRAL_AGENCY]
    lines = []
    for number in range(size):
        region = places[number % len(places)]
        row = draw.choice(rows)
        short = region.name.rpartition(" ")[2].lower()
        url = row["url"].replace(_own(row["url"]), f"{short}kab.go.id") if row["url"] else ""
        name = _varied(row["name"], region.name, draw)
        lines.append(Listing(name, row["opd"], url or None, str(number), region.code))
    return lines


def _varied(name: str, region: str, draw: random.Random) -> str:
    """Return a spelling of a name that another OPD may use."""
    kind = draw.random()
    if kind < 0.5:
        return name
    if kind < 0.65:
        return name.upper()
    if kind < 0.8:
        return f"{name} {region}"
    if kind < 0.9:
        return f"Aplikasi {name}"
    at = draw.randrange(len(name))
    return name[:at] + name[at + 1 :] or name  # a letter left out


def _own(url: str) -> str:
    """Return the domain to replace by the region's own; national domains stay."""
    host = url.partition("://")[2].partition("/")[0] or url.partition("/")[0]
    labels = host.split(".")
    local = host.endswith(".go.id") and labels[-3].endswith(("kab", "kota", "prov"))
    return ".".join(labels[-3:]) if local else "\0"


def _pair(a: str, b: str) -> frozenset[str]:
    return frozenset((a, b))


def _read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(*lines: str) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)


if __name__ == "__main__":
    main()
