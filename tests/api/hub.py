"""An in-process client of an instance: it executes operations and reads subscription events."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from graphql import GraphQLUnionType
from sqlalchemy import select
from strawberry.types import ExecutionResult

from engine.document import to_document
from engine.model import PUBLIC_VIEWER, EventKind, Viewer, Visibility
from hub.instance import open_instance
from hub.settings import Settings
from resolvers.context import Context, Instance
from resolvers.operation_budget import OperationBudget
from schema.schema import schema
from storage import log
from storage.tables import Table

PATIENT_SECONDS = 60.0  # the deadline of an operation, for a busy machine
EVENT_SECONDS = 10  # a lost event must fail its test, not hang it

SELECTED_FIELDS = {
    "NotFound": "id",
    "InvalidInput": "field expected got",
    "VersionConflict": "id expectedVersion currentVersion",
    "AlreadyExists": "id",
    "ApplicationNamesCollide": "collisionCount collisions { name moved { id } existing { id } }",
    "WrongState": "id currentState allowedStates",
    "IncompleteAssessment": "id missingIndicators",
    "InvalidClaims": "claims { indicator field expected got }",
    "IdempotencyKeyReused": "key",
    "OwnedElsewhere": "ownerUrl",
    "Opd": "id version name acronym kind region { code } parent { id } affairs { id } isDissolved "
    "dissolvedReason successor { id }",
    "MergedOpds": "successor { id version } dissolved { id } movedApplicationCount",
    "RegisteredOpds": "opds { name parent { name } }",
    "Application": "id version name status retiredReason url year opd { id }",
    "Integration": "id version status evidenceGrade verifiedOn dataObject targetName",
    "Attestation": "opd { id }",
    "ProposalDecision": "proposalId inputsHash choice reason",
    "Exemption": "opd { id } reason",
    "DevelopmentPolicy": "region { code } year title url",
    "RegionEffort": "region { code } instrument { id } steps { indicator level effort isEdited }",
    "Assessment": "id version state returnedReason score { index { value } predicate claimedCount }",
    "ImportDraft": "id version counts { add change leave refuse warnings }",
    "DiscardedImportDraft": "id",
    "InventoryImport": "id fileName registeredCount changedCount leftCount refusedCount "
    "integrationCount isUndone",
    "ImportUndone": "import { id isUndone } undone refused { application { id } reason } "
    "withdrawnIntegrationCount keptIntegrationCount",
    "Account": "id version kind state name login role regionCodes opdIds readsDrafts",
    "Invitation": "account { id version state role } path expiresAt mailedTo mailProblem",
    "CreatedToken": "account { id kind role } token { id name } secret",
    "ImportRefused": "counts { add change leave refuse warnings }",
    "ClaimedLevels": "assessment { id version state score { index { value } } } "
    "claims { indicator previousLevel level warnings }",
}


CHANGED_TYPES = (
    "Opd",
    "MergedOpds",
    "RegisteredOpds",
    "Application",
    "Integration",
    "Assessment",
    "Attestation",
    "ClaimedLevels",
    "ProposalDecision",
    "Exemption",
    "DevelopmentPolicy",
    "RegionEffort",
    "ImportDraft",
    "DiscardedImportDraft",
    "InventoryImport",
    "ImportUndone",
    "Account",
    "Invitation",
    "CreatedToken",
)


class Clock:
    """A clock that advances by one second at each call."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 3, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@dataclass(frozen=True)
class Stream:
    """A subscription; `next` waits for the next event."""

    results: AsyncIterator[ExecutionResult]

    async def next(self) -> Any:
        """Return the one field of the next event."""
        result = await self._result()
        assert not result.errors, result.errors
        [value] = (result.data or {}).values()
        return value

    async def refusal(self) -> str:
        """Return the code with which the subscription ends."""
        return _code(await self._result())

    async def _result(self) -> ExecutionResult:
        async with asyncio.timeout(EVENT_SECONDS):
            return await anext(self.results)


@dataclass(frozen=True, repr=False)
class Hub:
    """Executes operations on one instance as any viewer; each operation has its own context."""

    instance: Instance

    def context(self, viewer: Viewer) -> Context:
        """Return the context of an operation, with a deadline that suits a busy machine."""
        return Context(self.instance, viewer, OperationBudget(seconds=PATIENT_SECONDS))

    async def result(
        self, query: str, viewer: Viewer = PUBLIC_VIEWER, /, **variables: object
    ) -> ExecutionResult:
        """Return the result of an operation, with its errors."""
        return await schema.execute(
            query, variable_values=variables, context_value=self.context(viewer)
        )

    async def query_data(
        self, query: str, viewer: Viewer = PUBLIC_VIEWER, /, **variables: object
    ) -> dict[str, Any]:
        """Return the data of an operation, which must have no error."""
        result = await self.result(query, viewer, **variables)
        assert not result.errors, result.errors
        assert result.data is not None
        return result.data

    async def refusal(
        self, query: str, viewer: Viewer = PUBLIC_VIEWER, /, **variables: object
    ) -> str:
        """Return the code of the one error of an operation."""
        return _code(await self.result(query, viewer, **variables))

    async def change(self, name: str, viewer: Viewer, /, **fields: object) -> dict[str, Any]:
        """Return the result of a mutation: a problem, or the changed object."""
        answer: dict[str, Any] = (await self.query_data(mutation(name), viewer, input=fields))[
            "answer"
        ]
        return answer

    async def change_refusal(self, name: str, viewer: Viewer, /, **fields: object) -> str:
        """Return the code with which a mutation is refused."""
        return await self.refusal(mutation(name), viewer, input=fields)

    @asynccontextmanager
    async def subscribe(
        self, query: str, viewer: Viewer = PUBLIC_VIEWER, /, **variables: object
    ) -> AsyncIterator[Stream]:
        """Yield a subscription. It begins at its first `next`, so give it an `after`."""
        results: Any = await schema.subscribe(
            query, variable_values=variables, context_value=self.context(viewer)
        )
        try:
            yield Stream(results)
        finally:
            await results.aclose()

    async def cursor(self) -> str:
        """Return the cursor of the newest event."""
        cursor: str = (await self.query_data("{ instance { cursor } }"))["instance"]["cursor"]
        return cursor

    async def record(
        self,
        kind: EventKind,
        region: str,
        subject: str,
        value: object,
        visibility: Visibility = Visibility.PUBLIC,
        *,
        actor: str = "test",
    ) -> None:
        """Append one entry to a region's log, without any check."""
        instance = self.instance
        log_transaction = log.begin_log_transaction(
            instance.database, region, instance.clock, instance.derive_events
        )
        async with log_transaction as transaction:
            await transaction.append(
                actor=actor,
                kind=kind,
                subject=subject,
                body=to_document(value),
                visibility=visibility,
            )
        self.instance.bus.announce(transaction.arrival)

    async def list_all_rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of every table, the log and its heads included."""
        async with self.instance.database.read() as session:
            return {
                table.name: [
                    tuple(row)
                    for row in await session.execute(select(table).order_by(*table.primary_key))
                ]
                for table in Table.metadata.sorted_tables
            }


@asynccontextmanager
async def running_hub(
    url: str, *, tailing: bool = True, replay: bool = False
) -> AsyncIterator[Hub]:
    """Yield an instance over the database at `url`; without `tailing` no task reads the log."""
    settings = Settings(SIMPUL_DATABASE_URL=url)
    async with open_instance(settings, clock=Clock(), replay=replay) as instance:
        tasks = [asyncio.create_task(instance.tail.run())] if tailing else []
        try:
            yield Hub(instance)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def copied_database_url(template: Path, folder: Path) -> str:
    """Copy a template database for one test, and return the URL of the copy."""
    return f"sqlite+aiosqlite:///{shutil.copy(template, folder / 'copy.sqlite')}"


def mutation(name: str) -> str:
    """Return a document for a mutation that selects all fields of every type of its union."""
    field = schema._schema.mutation_type.fields[name]  # type: ignore[union-attr]
    union = field.type.of_type
    assert isinstance(union, GraphQLUnionType)
    selections = " ".join(
        f"... on {member.name} {{ {SELECTED_FIELDS[member.name]} }}" for member in union.types
    )
    return (
        f"mutation ($input: {field.args['input'].type}) "
        f"{{ answer: {name}(input: $input) {{ __typename {selections} }} }}"
    )


def _code(result: ExecutionResult) -> str:
    [error] = result.errors or []
    code: str = (error.extensions or {}).get("code", f"no code: {error.message}")
    return code
