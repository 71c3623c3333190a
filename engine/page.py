"""A page of a list that grows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value")
Other = TypeVar("Other")


@dataclass(frozen=True, slots=True)
class Page(Generic[Value]):
    """Some values in order, each with the key it is found again by, and whether more follow."""

    values: list[Value]
    keys: list[tuple[str, ...]]
    has_next: bool
    has_previous: bool
    total: int  # of the whole list, not of this page

    def with_values(self, values: list[Other]) -> Page[Other]:
        """Return the page with other values in place of its own, in the same order."""
        return Page(values, self.keys, self.has_next, self.has_previous, self.total)
