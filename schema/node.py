"""What every identified thing has in common, and where a row comes from."""

from __future__ import annotations

import strawberry

from engine import model


@strawberry.interface(description="A thing with an id that no other thing has, on any instance.")
class Node:
    id: strawberry.ID


@strawberry.type(description="Where a row comes from.")
class Provenance:
    source: str = strawberry.field(description="A publication, a repository, or who entered it.")
    confirmed: bool = strawberry.field(description="False where the source leaves a doubt.")
    note: str

    @classmethod
    def of(cls, value: model.Provenance) -> Provenance:
        return cls(source=value.source, confirmed=value.confirmed, note=value.note)


@strawberry.type(description="A document that supports a claim (bukti dukung).")
class Evidence:
    title: str
    url: str

    @classmethod
    def of(cls, value: model.Evidence) -> Evidence:
        return cls(title=value.title, url=value.url)


@strawberry.input(description="A link to a document that supports a claim.")
class EvidenceInput:
    title: str
    url: str = strawberry.field(description="Begins with http:// or https://.")

    def value(self) -> model.Evidence:
        return model.Evidence(self.title, self.url)
