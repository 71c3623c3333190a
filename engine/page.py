"""A page of a paginated list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value")
Replacement = TypeVar("Replacement")


@dataclass(frozen=True, slots=True)
class Page(Generic[Value]):
    """Consecutive values of a list, with their cursor keys and whether more values exist."""

    values: list[Value]
    keys: list[tuple[str, ...]]  # the cursor key of each value
    has_next: bool
    has_previous: bool
    total: int  # length of the whole list

    def with_values(self, values: list[Replacement]) -> Page[Replacement]:
        """Return the page with its values replaced by others in the same order."""
        return Page(values, self.keys, self.has_next, self.has_previous, self.total)
