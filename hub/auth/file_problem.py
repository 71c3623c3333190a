"""Words the problems that Pydantic finds in a file of the operator: what was expected, what came."""

from __future__ import annotations

import reprlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

# By the type of the problem. `{limit}` is the limit that the value exceeds.
_EXPECTED = {
    "missing": "a value",
    "string_type": "a text",
    "string_too_short": "a text",
    "string_too_long": "at most {limit} characters",
    "too_long": "at most {limit} entries",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
}


def explain_problem(problem: ErrorDetails) -> str:
    """Return a problem as one line that names the table and the key."""
    location = ".".join(str(part) for part in problem["loc"] if part != "[key]")
    kind, value = problem["type"], problem["input"]
    if kind == "extra_forbidden":
        return f"{location}: expected a key that docs/sign-in.md lists, got another"
    expected = _EXPECTED.get(kind)
    if expected is None:
        message = problem["msg"].removeprefix("Value error, ")
        return f"{location}: {message}"
    if kind == "missing":
        received = "none"
    elif kind.endswith("too_long"):
        received = str(len(value))
    else:
        received = reprlib.repr(value)
    context = problem.get("ctx", {})
    limit = context.get("max_length")
    return f"{location}: expected {expected.format(limit=limit)}, got {received}"
