"""The bounds of what people and other instances record: lengths, characters, addresses, numbers."""

from __future__ import annotations

from engine.model import Application, Assessment, Integration, Opd

# In the log of one region.
ROWS_MOST: dict[type, int] = {
    Opd: 2_000,
    Application: 20_000,
    Integration: 50_000,
    Assessment: 20_000,
}


class BoundExceeded(ValueError):
    """A value exceeds a bound; the message states what was expected and received."""


def check_bounds(value: object) -> None:
    """Check a value of the model, with all that it holds.

    Raises:
        BoundExceeded: a text, an address, a number or a list exceeds its bound.
    """
