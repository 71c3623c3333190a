"""Benchmark of the CPU time of each field that operations are priced by, as a table.

    python benchmarks/prices.py DATA_FOLDER [--regions N] [--json]

The folder holds the data of an instance, such as that of `simpul demo`. Each field is selected once
for each of N regions, in an instance whose caches have no result for that region. The median is the
first price of the field in `hub/admission/first_prices.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
from pathlib import Path

from engine.model import PUBLIC_VIEWER, AssessmentKind
from hub.admission.first_prices import FIRST_PRICES_SECONDS
from hub.instance import open_instance
from hub.settings import Settings
from resolvers.context import Context, Instance
from resolvers.cpu_meter import CpuMeter, create_metered_task, run_metered
from resolvers.operation_budget import OperationBudget
from schema.schema import schema

OPERATION_SECONDS = 120.0
OFFICIAL_2024 = f'instrumentId: "spbe-2020", year: 2024, kind: {AssessmentKind.OFFICIAL.value}'
PAGE = "first: 50) { nodes { id } }"

# What each root field is selected with; %s is the code of a region.
ROOT_SELECTIONS = {
    "instance": "instance { name }",
    "region": 'region(code: "%s") { name }',
    "regions": "regions(first: 50) { nodes { name } }",
    "ranking": f"ranking({OFFICIAL_2024}) {{ nodes {{ position region {{ name }} }} }}",
    "compare": f'compare(regionCodes: ["%s", "32.73"], {OFFICIAL_2024}) {{ instrument {{ id }} }}',
    "indexMeans": 'indexMeans(provinceCode: "32", kind: OFFICIAL) { year }',
    "resultEditions": 'resultEditions(provinceCode: "32") { year }',
    "indexMoves": f'indexMoves({OFFICIAL_2024}, provinceCode: "32") {{ region {{ name }} }}',
    "applications": f"applications({PAGE}",
    "commonApplications": "commonApplications { name }",
    "instruments": "instruments { id }",
    "publishedAverages": "publishedAverages(year: 2024) { year }",
    "events": "events(first: 100) { nodes { cursor } }",
    "businessFunctions": "businessFunctions { id }",
    "sources": "sources { state }",
    "affairs": "affairs { id }",
    "defaultOpds": 'defaultOpds(regionCode: "%s") { name }',
    "__schema": "__schema { types { name fields { name type { name ofType { name } } } } }",
}
# What each computed field of a region is selected with.
REGION_SELECTIONS = {
    "integrationGraph": "integrationGraph { nodes { __typename } }",
    "diagnostics": "diagnostics { siloIndex { value } }",
    "verification": "verification(year: 2024) { verdicts { indicator } }",
    "pathToTarget": "pathToTarget(input: { target: 3.5 }) { isProven steps { __typename } }",
    "nextBest": "pathToTarget(input: { target: 3.5 }) { nextBest { isProven } }",
    "exclusions": "pathToTarget(input: { target: 3.5 }) { exclusions { __typename } }",
    "costCurve": "pathToTarget(input: { target: 3.5 }) { costCurve { __typename } }",
    "outlook": "outlook(target: 3.5) { sampleSize }",
    "peers": "peers { peers { region { code } } }",
    "estimatedProfile": "estimatedProfile { __typename }",
    "duplicates": "duplicates { __typename }",
    "reuseCandidates": "reuseCandidates(first: 10) { nodes { __typename } }",
    "proposals": "proposals(first: 50) { nodes { id } }",
    "opds": f"opds({PAGE}",
    "assessments": f"assessments({PAGE}",
}


async def measure_field(instance: Instance, document: str) -> tuple[float, str]:
    """Return the CPU time of an operation in milliseconds, and its first error."""
    meter = CpuMeter()
    context = Context(instance, PUBLIC_VIEWER, OperationBudget(seconds=OPERATION_SECONDS))
    result = await run_metered(schema.execute(document, context_value=context), meter)
    return meter.seconds * 1000, str(result.errors[0].message) if result.errors else ""


async def measure_fields(folder: Path, regions: int) -> list[dict[str, object]]:
    """Return a row for each field."""
    asyncio.get_running_loop().set_task_factory(create_metered_task)
    rows = []
    selections = ROOT_SELECTIONS | {
        name: f'region(code: "%s") {{ {selection} }}'
        for name, selection in REGION_SELECTIONS.items()
    }
    for name, selection in selections.items():
        async with open_instance(Settings(data_dir=folder)) as instance:  # with empty caches
            codes = await region_codes(instance, regions)
            results = [
                await measure_field(instance, "{ " + selection.replace("%s", code) + " }")
                for code in codes
            ]
        milliseconds = [value for value, _ in results]
        rows.append(
            {
                "field": name,
                "median_ms": round(statistics.median(milliseconds), 2),
                "most_ms": round(max(milliseconds), 2),
                "first_price_ms": round(FIRST_PRICES_SECONDS.get(name, 0) * 1000, 2),
                "error": next((error for _, error in results if error), ""),
            }
        )
    return rows


async def region_codes(instance: Instance, count: int) -> list[str]:
    """Return the codes of the first regions below the province."""
    context = Context(instance, PUBLIC_VIEWER)
    document = "{ regions(first: 200) { nodes { code kind } } }"
    result = await schema.execute(document, context_value=context)
    assert result.data is not None
    nodes = result.data["regions"]["nodes"]
    return [node["code"] for node in nodes if "." in node["code"]][:count]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--regions", type=int, default=9)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    rows = asyncio.run(measure_fields(arguments.folder, arguments.regions))
    if arguments.json:
        sys.stdout.write(json.dumps(rows, indent=2) + "\n")
        return
    lines = [f"{'field':<20}{'median ms':>10}{'most ms':>10}{'price ms':>10}"]
    lines += [
        f"{row['field']:<20}{row['median_ms']:>10}{row['most_ms']:>10}"
        f"{row['first_price_ms']:>10}  {row['error']}"
        for row in rows
    ]
    sys.stdout.writelines(f"{line.rstrip()}\n" for line in lines)


if __name__ == "__main__":
    main()
