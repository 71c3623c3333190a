"""The page about bounds states those of the code; `python -m tests.test_bounds_page` writes them."""

from __future__ import annotations

from pathlib import Path

from engine.log.body_bounds import BODY_BOUNDS, BODY_BYTES_MOST, ROWS_MOST

PAGE = Path(__file__).parents[1] / "docs" / "bounds.md"
START, END = "<!-- written by tests/test_bounds_page.py -->\n", "<!-- end -->\n"


def bounds_tables() -> str:
    """Return the tables of the page: rows of a log, and the fields of each body."""
    lines = ["| rows of one log | at most |", "|---|---|"]
    lines += [f"| {kind.__name__} | {most:,} |" for kind, most in ROWS_MOST.items()]
    for kind, bounds in BODY_BOUNDS.items():
        lines += ["", f"### {kind.__name__}", "", "| field | bound |", "|---|---|"]
        lines += [f"| `{name}` | {bound.describe()} |" for name, bound in bounds.items()]
    return "\n".join(lines) + "\n"


def test_the_page_states_the_bounds_of_the_code() -> None:
    stated = PAGE.read_text().partition(START)[2].partition(END)[0]
    assert stated == bounds_tables()


def test_the_page_states_the_size_of_a_body() -> None:
    assert f"has at most {BODY_BYTES_MOST:,} bytes as JSON" in PAGE.read_text()


if __name__ == "__main__":
    before, _, rest = PAGE.read_text().partition(START)
    PAGE.write_text(before + START + bounds_tables() + END + rest.partition(END)[2])
