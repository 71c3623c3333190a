"""The media type and the options of the .xlsx workbooks that the hub writes."""

from __future__ import annotations

XLSX_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORKBOOK_OPTIONS = {
    "in_memory": True,  # the inventory of a region is small, and a server may not write files
    # A name such as "=1+1" or "https://…" is a text.
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
