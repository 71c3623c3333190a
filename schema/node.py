"""GraphQL interface for things with an id, and types for provenance and evidence."""

from __future__ import annotations

from datetime import date

import strawberry

from engine import model
from schema.enums import EvidenceKind


@strawberry.interface(description="A thing with an id that no other thing has, on any instance.")
class Node:
    id: strawberry.ID


@strawberry.type(description="Where a row comes from.")
class Provenance:
    source: str = strawberry.field(description="A publication, a repository, or who entered it.")
    confirmed: bool = strawberry.field(description="False where the source leaves a doubt.")
    note: str

    @classmethod
    def from_model(cls, value: model.Provenance) -> Provenance:
        return cls(source=value.source, confirmed=value.confirmed, note=value.note)


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
