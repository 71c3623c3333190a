"""The shipped tables in one place, as typed rows that were checked when read.

Rows of West Java come by default, with `national=True` those of the whole country. What the
columns mean and how the tables were made is told in README.md beside them.
"""

from __future__ import annotations

from facts.application import (
    OpdReference,
    applications,
    common_applications,
    integrations,
    opd_reference,
    opds,
)
from facts.assessment import (
    Average,
    Result,
    SheetLine,
    SheetScope,
    averages,
    results,
    sheet_lines,
)
from facts.region import Subdivisions, regions, subdivisions

__all__ = [
    "Average",
    "OpdReference",
    "Result",
    "SheetLine",
    "SheetScope",
    "Subdivisions",
    "applications",
    "averages",
    "common_applications",
    "integrations",
    "opd_reference",
    "opds",
    "regions",
    "results",
    "sheet_lines",
    "subdivisions",
]
