"""GraphQL interface for things with an id, and types for provenance and evidence."""

from __future__ import annotations

import datetime

import strawberry

from engine import model
from schema.descriptions import ID
from schema.enums import EvidenceKind


@strawberry.interface(
    description="An object with an id that is unique across all instances. `node` finds it by "
    "this id."
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


@strawberry.type(
    description="A document that a region submits as evidence (bukti dukung) for a level or for an "
    "exchange. Only its address is stored, not the document."
)
class EvidenceDocument:
    title: str = strawberry.field(description="The title that the submitter gave the document.")
    url: str = strawberry.field(description="The address where the document can be read.")
    kind: EvidenceKind = strawberry.field(description="What the document shows.")
    date: datetime.date | None = strawberry.field(
        description="The date of the document; null if it is unknown."
    )

    @classmethod
    def from_model(cls, value: model.Evidence) -> EvidenceDocument:
        return cls(title=value.title, url=value.url, kind=value.kind, date=value.dated)


@strawberry.input(
    description="A document to submit as evidence (bukti dukung) for a level or for an exchange."
)
class EvidenceInput:
    title: str = strawberry.field(
        description="The title of the document, from 1 to 300 characters."
    )
    url: str = strawberry.field(
        description="The address of the document, which begins with http:// or https://."
    )
    kind: EvidenceKind = strawberry.field(
        default=model.EvidenceKind.DOCUMENT, description="What the document shows."
    )
    date: datetime.date | None = strawberry.field(
        default=None,
        description="The date of the document, at the latest today. Null if it is unknown: a rule "
        "that requires a document of a certain year, or a recent one, then does not accept it.",
    )

    def to_model(self) -> model.Evidence:
        """Return the evidence as the model has it."""
        return model.Evidence(self.title, self.url, self.kind, self.date)
