"""Benchmark of the duplicate finder: accuracy on real listings, speed on simulated inventories.

    python -m benchmarks.duplicates

Accuracy is measured on every pair of `madiun_listings.csv` (the survey of one region, grouped by
hand), and on the websites of `inventory_lines.csv`. The authors of the rules and the catalogue knew
these rows, so the figures describe these rows and predict nothing for other inventories.

Speed is measured on simulated inventories of 552 regions. Their lines are real names and addresses
with varied spellings and the domain of the region. The benchmark prints the median CPU time of the
runs, and a digest of all groups and links, which is equal if two versions find the same groups.
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
from engine.matching.listing import LineClassifier, LineKind, Listing
from engine.matching.name_matching import DuplicatePolicy
from engine.matching.names import NameNormaliser
from engine.matching.national_systems import NationalCatalogue
from engine.model import RegionKind
from facts.function import name_words, national_systems
from facts.tables import opd_reference, region_catalogue
from resolvers.garbage_collection import paused_garbage_collection

DATA = Path(__file__).parent / "data"
SIZES = (27_400, 270_000)
RUNS = 5


def main() -> None:
    """Print accuracy, then speed."""
    measure_accuracy()
    measure_websites()
    measure_speed()


def create_finder() -> tuple[DuplicateFinder, LineClassifier]:
    """Return a duplicate finder and a line classifier with empty caches."""
    normaliser = NameNormaliser(name_words())
    national = NationalCatalogue(national_systems(), normaliser)
    acronyms = (
        acronym
        for opd in opd_reference()
        for acronym in (opd.acronym, *opd.alternative_names.split(";"))
    )
    classifier = LineClassifier(acronyms, national)
    return DuplicateFinder(normaliser, national, classifier), classifier


def measure_accuracy() -> None:
    """Compare AUTO, and AUTO with all REVIEW groups accepted, with the groups made by hand."""
    rows = _read_rows("madiun_listings.csv")
    finder, _ = create_finder()
    lines = [Listing(e["name"], e["opd"], e["url"] or None, e["id"], "35.19") for e in rows]
    inventory = finder.group_listings(lines)
    system_by_id = {row["id"]: row["system"] for row in rows}
    truth = {
        _pair(a, b) for a, b in combinations(system_by_id, 2) if system_by_id[a] == system_by_id[b]
    }
    pairs_by_decision: dict[DuplicatePolicy, set[frozenset[str]]] = {
        policy: set() for policy in DuplicatePolicy
    }
    for group in inventory.groups:
        for a, b, decision in group.pairs():
            pairs_by_decision[decision].add(_pair(a, b))
    review_groups = sum(group.decision is DuplicatePolicy.REVIEW for group in inventory.groups)
    _print_lines(
        f"{len(rows)} listings of {len(set(system_by_id.values()))} systems,"
        f" {len(truth)} true pairs"
    )
    auto = pairs_by_decision[DuplicatePolicy.AUTO]
    for title, pairs in (
        ("AUTO", auto),
        (
            f"AUTO and all {review_groups} REVIEW groups accepted",
            auto | pairs_by_decision[DuplicatePolicy.REVIEW],
        ),
    ):
        correct = len(pairs & truth)
        _print_lines(
            f"  {title:44} P {correct / len(pairs):.3f}  R {correct / len(truth):.3f}"
            f"  ({correct} of {len(pairs)})"
        )


def measure_websites() -> None:
    """Compare the lines classified as plain websites with the marks of the inventories."""
    rows = _read_rows("inventory_lines.csv")
    _, classifier = create_finder()
    predicted = [
        classifier.classify_line(e["name"], e["url"] or None) is LineKind.WEBSITE for e in rows
    ]
    actual = [row["website"] == "true" for row in rows]
    correct = sum(a and b for a, b in zip(predicted, actual, strict=True))
    _print_lines(
        f"{len(rows)} lines, {sum(actual)} websites: P {correct / sum(predicted):.3f}"
        f"  R {correct / sum(actual):.3f}"
        "  (a line that is not certainly a website stays an application)"
    )


def measure_speed() -> None:
    """Measure the comparison of all pairs of whole inventories, from parsed lines to groups."""
    inventories = {size: simulate_listings(size) for size in SIZES}
    gc.freeze()  # otherwise each collection would traverse the simulated lines
    seconds_by_size: dict[int, list[float]] = {size: [] for size in SIZES}
    for _ in range(RUNS):  # alternates between the sizes, so that a busy machine slows both
        for size, lines in inventories.items():
            finder, _ = create_finder()
            gc.collect()
            started_at = time.process_time()
            with paused_garbage_collection():  # as the resolvers do
                inventory = finder.group_listings(lines)
            seconds_by_size[size].append(time.process_time() - started_at)
            if len(seconds_by_size[size]) < RUNS:
                continue
            pairs = sum(len(g.listings) * (len(g.listings) - 1) // 2 for g in inventory.groups)
            _print_lines(
                f"{size} simulated listings, {len({line.region for line in lines})} regions,"
                f" {len({line.name for line in lines}) / size:.0%} different names:"
                f" {statistics.median(seconds_by_size[size]):.2f} s CPU,"
                f" {len(inventory.groups)} groups, {pairs} pairs,"
                f" digest {hashlib.sha256(repr(inventory.groups).encode()).hexdigest()[:12]}"
            )
    small, large = (statistics.median(seconds_by_size[size]) for size in SIZES)
    _print_lines(f"  ratio {large / small:.1f} for {SIZES[1] / SIZES[0]:.1f} times the listings")


def simulate_listings(size: int, seed: int = 1) -> list[Listing]:
    """Draw listings from real names, for every region of the country."""
    generator = random.Random(seed)
    rows = _read_rows("inventory_lines.csv")
    regions = [
        e for e in region_catalogue(national=True) if e.kind is not RegionKind.CENTRAL_AGENCY
    ]
    lines = []
    for number in range(size):
        region = regions[number % len(regions)]
        row = generator.choice(rows)
        short = region.name.rpartition(" ")[2].lower()
        url = (
            row["url"].replace(_regional_domain(row["url"]), f"{short}kab.go.id")
            if row["url"]
            else ""
        )
        name = _vary_name(row["name"], region.name, generator)
        lines.append(Listing(name, row["opd"], url or None, str(number), region.code))
    return lines


def _vary_name(name: str, region: str, generator: random.Random) -> str:
    """Return a spelling of a name that another OPD may use."""
    chance = generator.random()
    if chance < 0.5:
        return name
    if chance < 0.65:
        return name.upper()
    if chance < 0.8:
        return f"{name} {region}"
    if chance < 0.9:
        return f"Aplikasi {name}"
    position = generator.randrange(len(name))
    return name[:position] + name[position + 1 :] or name  # without one letter


def _regional_domain(url: str) -> str:
    """Return the domain to replace by the region's own; national domains stay."""
    host = url.partition("://")[2].partition("/")[0] or url.partition("/")[0]
    labels = host.split(".")
    local = host.endswith(".go.id") and labels[-3].endswith(("kab", "kota", "prov"))
    return ".".join(labels[-3:]) if local else "\0"


def _pair(a: str, b: str) -> frozenset[str]:
    return frozenset((a, b))


def _read_rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _print_lines(*lines: str) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)


if __name__ == "__main__":
    main()
