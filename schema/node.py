"""GraphQL interface for things with an id, and types for provenance and evidence."""

from __future__ import annotations

from datetime import date

import strawberry

from engine import model
from schema.descriptions import ID
from schema.enums import EvidenceKind


@strawberry.interface(
    description="An object with an id that is unique across all instances. `node` finds it by this id."
)
class Node:
    id: strawberry.ID = strawberry.field(description=ID)


@strawberry.type(description="Where a record comes from.")
class Provenance:
    source: str = strawberry.field(
        description="The publication or repository that states it, or the office that recorded it. "
        "In Indonesian."
    )
    is_confirmed: bool = strawberry.field(
        description="Whether the source leaves no doubt about the record."
    )
    note: str | None = strawberry.field(
        description="A remark on the source, in Indonesian; null if there is none."
    )

    @classmethod
    def from_model(cls, value: model.Provenance) -> Provenance:
        return cls(source=value.source, is_confirmed=value.confirmed, note=value.note or None)


@strawberry.type(description="A document that supports a claim (bukti dukung).")
class Evidence:
    title: str
    url: str
    kind: EvidenceKind
    dated: date | None = strawberry.field(description="Null: nobody told.")

    @classmethod
    def from_model(cls, value: model.Evidence) -> Evidence:
        return cls(title=value.title, url=value.url, kind=value.kind, dated=value.dated)


@strawberry.input(description="A link to a document that supports a claim.")
class EvidenceInput:
    title: str
    url: str = strawberry.field(description="Begins with http:// or https://.")
    kind: EvidenceKind = model.EvidenceKind.DOCUMENT
    dated: date | None = strawberry.field(
        default=None, description="Of the document; what is undated often proves nothing."
    )

    def to_model(self) -> model.Evidence:
        """Return the evidence as the model has it."""
        return model.Evidence(self.title, self.url, self.kind, self.dated)
