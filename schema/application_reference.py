"""GraphQL type that refers to an application by its id, and the limit of nested lists."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.info import Info

if TYPE_CHECKING:
    from schema.application import Application

LISTED_MOST = 100  # items of a nested list


@strawberry.type(
    description="An application by its id, which is also known if this instance does not have the "
    "application itself."
)
class ApplicationReference:
    id: strawberry.ID = strawberry.field(description="The id of the application.")

    @strawberry.field(description="The application; null if this instance does not have it.")
    async def application(
        self, info: Info
    ) -> Annotated[Application, strawberry.lazy("schema.application")] | None:
        from schema.application import Application

        application = await info.context.loaders.applications.load(self.id)
        return None if application is None else Application.from_model(application)


def first_ids(ids: Iterable[str], most: int = LISTED_MOST) -> list[strawberry.ID]:
    """Return the first ids of a list as GraphQL ids."""
    return [strawberry.ID(id) for id in islice(ids, most)]


def to_application_references(ids: Iterable[str]) -> list[ApplicationReference]:
    """Return references to the first LISTED_MOST applications of a list."""
    return [ApplicationReference(id=id) for id in first_ids(ids)]
