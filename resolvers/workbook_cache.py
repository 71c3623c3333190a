"""Keeps the parsed content of the uploaded files that were read last, because each edit reads one."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from engine.spreadsheet.workbook import Workbook

WORKBOOKS_MOST = 4
CELLS_MOST = 200_000  # of one workbook; a larger one is parsed each time


@dataclass
class WorkbookCache:
    """The workbooks of the drafts that were read last in this process, by the id of the draft.

    The content of a draft never changes. Who may read it is checked before the cache is asked.
    """

    _workbooks: OrderedDict[str, Workbook] = field(default_factory=OrderedDict)

    def find(self, draft: str) -> Workbook | None:
        """Return the workbook of a draft, if it is here."""
        workbook = self._workbooks.get(draft)
        if workbook is not None:
            self._workbooks.move_to_end(draft)
        return workbook

    def add(self, draft: str, workbook: Workbook) -> None:
        """Keep a workbook unless it is too large, in place of the one that was not read longest."""
        cells = sum(len(row) for sheet in workbook.sheets for _, row in sheet.rows)
        if cells > CELLS_MOST:
            return
        self._workbooks[draft] = workbook
        while len(self._workbooks) > WORKBOOKS_MOST:
            self._workbooks.popitem(last=False)

    def remove(self, draft: str) -> None:
        """Forget a draft, which is imported."""
        self._workbooks.pop(draft, None)
