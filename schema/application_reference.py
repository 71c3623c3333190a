"""GraphQL types for items of nested lists; an application is loaded when its fields are queried."""

from __future__ import annotations

from collections.abc import Iterable
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


def to_application_references(ids: Iterable[str]) -> list[ApplicationReference]:
    """Return the first LISTED_MOST applications of a list."""
    return [ApplicationReference(id=strawberry.ID(id)) for id in [*ids][:LISTED_MOST]]
