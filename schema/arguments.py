"""Arguments that many fields have, with their descriptions."""

from __future__ import annotations

from typing import Annotated

import strawberry

from schema.descriptions import AFTER, FIRST, GRAPH_BASIS, INSTRUMENT_ID
from schema.enums import AssessmentKind
from schema.graph_enums import GraphBasis
from schema.scalars import Cursor

FirstArgument = Annotated[int, strawberry.argument(description=FIRST)]
AfterArgument = Annotated[Cursor | None, strawberry.argument(description=AFTER)]
InstrumentIdArgument = Annotated[strawberry.ID, strawberry.argument(description=INSTRUMENT_ID)]
InstrumentIdOrAnyArgument = Annotated[
    strawberry.ID | None,
    strawberry.argument(description=f"{INSTRUMENT_ID} Null accepts every instrument."),
]
KindArgument = Annotated[AssessmentKind, strawberry.argument(description="The kind of assessment.")]
BasisArgument = Annotated[GraphBasis, strawberry.argument(description=GRAPH_BASIS)]
INPUT = strawberry.argument(description="The input of the mutation.")
