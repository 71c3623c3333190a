"""GraphQL query for regions whose replicas have a maximum age, with their coverage."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry

from engine import coverage as engine
from engine.log.source import SourceState as State
from resolvers import freshness
from schema.application import ApplicationQuery
from schema.average import AverageQuery
from schema.comparison import ComparisonQuery
from schema.enums import SourceState
from schema.info import Info
from schema.problem import Problem
from schema.ranking import RankingQuery
from schema.region import RegionQuery


@strawberry.enum(description="What is asked of the regions that an answer rests on.")
class Require(Enum):
    ANY = strawberry.enum_value("ANY", description="Those that are too old are told of.")
    ALL = strawberry.enum_value("ALL", description="If one is too old, there is no answer.")


@strawberry.type(description="How fresh the copy of one region is.")
class CoveredRegion:
    region: strawberry.ID = strawberry.field(description="Its code.")
    state: SourceState
    as_of: datetime | None = strawberry.field(
        description="When the copy was last known to hold all that its owner had; null: never yet."
    )


@strawberry.type(description="Of how many regions the copies are as fresh as was asked.")
class Coverage:
    total: int
    fresh: int = strawberry.field(description="Those that are owned here count, too.")
    stale: int
    unreachable: int = strawberry.field(description="Those that have diverged count, too.")
    regions: list[CoveredRegion] = strawberry.field(description="By code.")

    @classmethod
    def from_model(cls, value: engine.Coverage) -> Coverage:
        return cls(
            total=len(value.regions),
            fresh=value.fresh,
            stale=value.count(State.STALE),
            unreachable=value.count(State.UNREACHABLE, State.DIVERGED),
            regions=[
                CoveredRegion(
                    region=strawberry.ID(outcome.region), state=outcome.state, as_of=outcome.as_of
                )
                for outcome in value.regions
            ],
        )


@strawberry.type(
    description="What is asked in here waited for the copies: its fields are those of `Query`."
)
class Fresh(RegionQuery, RankingQuery, ComparisonQuery, ApplicationQuery, AverageQuery):
    coverage: Coverage


@strawberry.type(description="Some copies are older than was asked, and all were required.")
class NotFresh(Problem):
    coverage: Coverage


FreshResult = Annotated[Fresh | NotFresh, strawberry.union("FreshResult")]


@strawberry.type
class FreshQuery:
    @strawberry.field(
        description="Waits, for 2 seconds at most, until the copies of these regions (of all, if "
        "none are named) are not older than `maxAge` seconds, then answers from them. A region "
        "that is down costs no answer."
    )
    async def fresh(
        self,
        info: Info,
        max_age: int,
        require: Require = Require.ANY,
        regions: list[strawberry.ID] | None = None,
    ) -> FreshResult:
        coverage = await freshness.wait_until_fresh(info.context, max_age, regions)
        schema_coverage = Coverage.from_model(coverage)
        if require is Require.ALL and not coverage.is_complete:
            stale = schema_coverage.total - schema_coverage.fresh
            message = f"of {schema_coverage.total} regions {stale} are older than {max_age} seconds"
            return NotFresh(message=message, coverage=schema_coverage)
        return Fresh(coverage=schema_coverage)
