"""Arguments that many fields have, with their descriptions."""

from __future__ import annotations

from typing import Annotated

import strawberry

from schema.descriptions import AFTER, FIRST
from schema.scalars import Cursor

FirstArgument = Annotated[int, strawberry.argument(description=FIRST)]
AfterArgument = Annotated[Cursor | None, strawberry.argument(description=AFTER)]
INPUT = strawberry.argument(description="The input of the mutation.")
