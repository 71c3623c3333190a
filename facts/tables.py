"""Collects the functions that return the shipped tables as validated, typed rows.

By default, functions return the rows of West Java, and with `national=True` those of the whole
country. README.md in this folder describes the columns and the origin of the tables.
"""

from __future__ import annotations

from facts.affair import GovernmentAffair, affairs_by_id
from facts.application import (
    OpdReference,
    common_applications,
    default_opds,
    opd_aliases,
    opd_reference,
    west_java_applications,
    west_java_integrations,
    west_java_opds,
)
from facts.published_result import (
    AverageRow,
    ResultRow,
    SheetLine,
    SheetScope,
    average_rows,
    result_rows,
    sheet_lines,
)
from facts.region import (
    Subdivisions,
    former_region_codes,
    listed_region,
    nation,
    region_catalogue,
    region_names,
    subdivisions_by_region,
)

__all__ = [
    "AverageRow",
    "GovernmentAffair",
    "OpdReference",
    "ResultRow",
    "SheetLine",
    "SheetScope",
    "Subdivisions",
    "affairs_by_id",
    "average_rows",
    "common_applications",
    "default_opds",
    "former_region_codes",
    "listed_region",
    "nation",
    "opd_aliases",
    "opd_reference",
    "region_catalogue",
    "region_names",
    "result_rows",
    "sheet_lines",
    "subdivisions_by_region",
    "west_java_applications",
    "west_java_integrations",
    "west_java_opds",
]
