"""The first price of each field, in CPU seconds, until operations with it are measured.

They are the medians of `benchmarks/prices.py` over nine regions of the demo data of West Java, with
empty caches, on one core of an Intel Xeon on 30 November 2026. The field `region` is subtracted from
what is below it, and the path to a target from what its own fields add. The prices of `whatIf`,
`instrument`, `__type` and `_service` are estimates, since the script does not request these fields.
"""

from __future__ import annotations

_ROOT_MILLISECONDS = {
    "__schema": 31.7,
    "__type": 1.0,
    "__typename": 0.05,
    "_service": 1.0,
    "affairs": 0.4,
    "applications": 3.6,
    "businessFunctions": 1.8,
    "commonApplications": 0.2,
    "compare": 5.0,
    "defaultOpds": 8.0,
    "events": 4.7,
    "indexMeans": 6.3,
    "indexMoves": 6.5,
    "instance": 0.2,
    "instrument": 0.2,
    "instruments": 0.2,
    "publishedAverages": 0.3,
    "ranking": 7.6,
    "region": 2.7,
    "regions": 1.8,
    "resultEditions": 1.9,
    "sources": 0.8,
}
# Fields of a region that are computed, wherever they are selected below a root field.
_COMPUTED_MILLISECONDS = {
    "costCurve": 14.0,
    "diagnostics": 3.0,
    "duplicates": 5.6,
    "estimatedProfile": 54.0,
    "exclusions": 8.0,
    "integrationGraph": 3.0,
    "nextBest": 12.0,
    "outlook": 14.4,
    "pathToTarget": 62.0,
    "peers": 36.0,
    "proposals": 12.0,
    "reuseCandidates": 6.7,
    "verification": 5.0,
    "whatIf": 12.0,
}

COMPUTED_FIELDS = frozenset(_COMPUTED_MILLISECONDS)
FIRST_PRICES_SECONDS = {
    name: milliseconds / 1000
    for name, milliseconds in (_ROOT_MILLISECONDS | _COMPUTED_MILLISECONDS).items()
}
