"""Random documents for the whole schema: all fields of every type, all inputs of every mutation."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    Undefined,
    get_named_type,
)

from schema.schema import schema

GRAPHQL = schema._schema
DEPTH = 7  # the depth of a selection, in fields
# A nested selection of these types has only `__typename`: queries by id select all their fields.
QUERIED_BY_ID = frozenset({"Region", "Opd", "Application", "Integration", "Assessment"})
ODD_TEXTS = (
    *(
        "-",
        "A",
        "!!!",
        "???",
        "１２",
        "",
        " ",
        "a" * 200,
        "a" * 5000,
        "مكتب",
        "\u202eabc",
        "\x1b[1m",
    ),
    *(
        "SIMPEG",
        "simpeg",
        "SIMPEG (-)",
        "E-Presensi (pihak ke3)",
        "SIPD, SRIKANDI",
        "Website Dinas",
    ),
    *("Absensi (pihak ke3)", "https://-", "https://x.go.id/a", "https://x.go.id/b", "3.50", "9.99"),
)
ODD_INTS = (-(2**31), -1, 0, 1, 2, 3, 5, 47, 2024, 2025, 2026, 2**31 - 1)
ODD_BIG = (-1, 0, 1, 10**9, 2**53 - 1, 2**53, 2**63)
ODD_FLOATS = (-1e308, -1.0, 0.0, 0.1, 3.5, 4.999999, 5.0, 1e308)
ODD_DECIMALS = ("-0.01", "0", "1e3", "3.505", 4.5, "9" * 40, "9" * 41)
ODD_DATES = ("0001-01-01", "2025-12-31", "2026-11-20", "2026-11-24", "9999-12-31")
ODD_CURSORS = ("", "x", "a:1", "a:999999999999999999/9", "AAAA", "LQ==")
ODD_IDS = ("", "-", "x", "32.11:application-none", "32.99", "a" * 300)


@dataclass
class Pool:
    """The existing ids by type, and the values that a change of each object must state."""

    random: random.Random
    ids: dict[str, list[str]] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    regions: dict[str, str] = field(default_factory=dict)  # the region of each OPD
    inputs_hashes: dict[str, str] = field(default_factory=dict)  # by proposal

    def id(self, name: str, owner: str, odd: bool) -> str:
        """Return an id for the argument `name` of a field or mutation."""
        ids = self.ids.get(_id_type(name, owner), [])
        if not ids or (odd and self.random.random() < 0.3):
            return self.random.choice(ODD_IDS)
        # Mostly one of the first ids, so that successive operations often concern the same object.
        return ids[int(len(ids) * self.random.random() ** 2)]


_KINDS: Mapping[str, str] = {
    **dict.fromkeys(("region", "code", "codes", "regions", "province"), "Region"),
    **dict.fromkeys(("opd", "parent", "successor"), "Opd"),
    "reference": "DefaultOpd",
    "draft": "ImportDraft",
    "import": "InventoryImport",
    "affair": "Affair",
    **dict.fromkeys(("application", "source", "target", "around"), "Application"),
    "assessment": "Assessment",
    "proposal": "Proposal",
    "function": "Function",
    "instrument": "Instrument",
    "commonApplication": "CommonApplication",
    "account": "Account",
    "session": "Session",
    "token": "AccessToken",
    "passkey": "Passkey",
}


def _id_type(name: str, owner: str) -> str:
    """Return the type of the object whose id an argument or an input field takes."""
    if name != "id":
        noun = re.sub("(Id|Code)s?$", "", name)
        return _KINDS[noun]  # a KeyError here means that the noun must be added
    kinds = (
        *("Application", "Integration", "Assessment", "Proposal", "Opd", "Instrument"),
        "Account",
    )
    return next((kind for kind in kinds if kind in owner or kind.lower() in owner), "Application")


def random_value(pool: Pool, kind: GraphQLInputType, name: str, owner: str, odd: bool) -> Any:
    """Return a JSON value for an argument or an input field: a usual one, or an odd one."""
    rng = pool.random
    if isinstance(kind, GraphQLNonNull):
        return random_value(pool, kind.of_type, name, owner, odd)
    if isinstance(kind, GraphQLList):
        count = rng.choice((0, 1, 2, 3) if odd else (1, 2))
        return [random_value(pool, kind.of_type, name, owner, odd) for _ in range(count)]
    if isinstance(kind, GraphQLEnumType):
        return rng.choice(list(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        return _input_object(pool, kind, owner, odd)
    return _SCALARS[kind.name](pool, name, owner, odd)


def _input_object(
    pool: Pool, kind: GraphQLInputObjectType, owner: str, odd: bool
) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, input_field in kind.fields.items():
        required = (
            isinstance(input_field.type, GraphQLNonNull) and input_field.default_value is Undefined
        )
        if required or pool.random.random() < (0.4 if odd else 0.15):
            fields[name] = random_value(pool, input_field.type, name, owner, odd)
    if odd:
        return fields
    # Related fields get matching values, because almost every other input would be refused.
    names = ("id", "assessmentId", "opdId", "draftId", "accountId")
    id = next((fields[name] for name in names if name in fields), None)
    if "version" in kind.fields and id in pool.versions:
        fields["version"] = pool.versions[id]
    for name in ("regionCode", "region"):
        if name in kind.fields and id in pool.regions:
            fields[name] = pool.regions[id]
    if "inputsHash" in kind.fields and fields["proposalId"] in pool.inputs_hashes:
        fields["inputsHash"] = pool.inputs_hashes[fields["proposalId"]]
    return fields


def _text(pool: Pool, name: str, owner: str, odd: bool) -> str:
    rng = pool.random
    if odd:
        return rng.choice(ODD_TEXTS)
    match name:
        case "url":
            return f"https://x.go.id/{rng.randrange(4)}"
        case "effort":
            return rng.choice(("0.5", "2", "12.25"))
        case "predicate":
            return rng.choice(("Baik", "Cukup"))
        case "idempotencyKey" | "after":
            return f"key {rng.randrange(10)}"
        case _:  # an unusual name is still valid
            return rng.choice([text for text in ODD_TEXTS if 0 < len(text) <= 200])


def _int(pool: Pool, name: str, owner: str, odd: bool) -> int:
    usual = {"indicator": range(1, 21), "level": range(1, 6), "year": range(2023, 2027)}
    if odd:
        return pool.random.choice(ODD_INTS)
    return pool.random.choice(usual.get(name, range(1, 6)))


def _decimal(pool: Pool, name: str, owner: str, odd: bool) -> str | float:
    if odd:
        return pool.random.choice(ODD_DECIMALS)
    return f"{pool.random.randrange(1, 5)}.{pool.random.randrange(100):02}"


_SCALARS: Mapping[str, Callable[[Pool, str, str, bool], Any]] = {
    "ID": Pool.id,
    "String": _text,
    "Int": _int,
    "Float": lambda pool, name, owner, odd: pool.random.choice(ODD_FLOATS if odd else (3.5, 4.2)),
    "Boolean": lambda pool, name, owner, odd: pool.random.random() < 0.5,
    "WholeNumber": lambda pool, name, owner, odd: pool.random.choice(ODD_BIG if odd else (0, 7)),
    "Decimal": _decimal,
    "Date": lambda pool, name, owner, odd: pool.random.choice(ODD_DATES),
    "Cursor": lambda pool, name, owner, odd: pool.random.choice(ODD_CURSORS),
    "_Any": lambda pool, name, owner, odd: {
        "__typename": "Application",
        "id": pool.id("application", owner, odd),
    },
}


@dataclass
class RandomQuery:
    """A document that selects one field with all its subfields, and its variables."""

    pool: Pool
    odd: bool = False  # also pass optional arguments, with odd values
    variables: dict[str, Any] = field(default_factory=dict)
    declared: list[str] = field(default_factory=list)

    def document(self, before: str, owner: GraphQLObjectType, name: str, after: str) -> str:
        """Return the document that selects the field `name` of `owner`, between two texts."""
        selection = self._field(name, owner.fields[name], owner, (owner.name,))
        head = f"query ({', '.join(self.declared)}) " if self.declared else ""
        return f"{head}{before}{selection}{after}"

    def _field(
        self, name: str, definition: GraphQLField, owner: GraphQLNamedType, path: tuple[str, ...]
    ) -> str:
        arguments = [
            text
            for argument, kind in definition.args.items()
            if (text := self._argument(argument, kind, f"{owner.name}.{name}"))
        ]
        argument_list = f"({', '.join(arguments)})" if arguments else ""
        return f"{name}{argument_list}{self.selection(get_named_type(definition.type), path)}"

    def _argument(self, name: str, argument: GraphQLArgument, owner: str) -> str:
        required = isinstance(argument.type, GraphQLNonNull) and argument.default_value is Undefined
        if not required and not (self.odd and self.pool.random.random() < 0.6):
            return ""
        variable = f"v{len(self.variables)}"
        self.variables[variable] = random_value(self.pool, argument.type, name, owner, self.odd)
        self.declared.append(f"${variable}: {argument.type}")
        return f"{name}: ${variable}"

    def selection(self, kind: GraphQLNamedType, path: tuple[str, ...]) -> str:
        """Return a selection of all fields; a type on its own path selects only `__typename`."""
        if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
            parts = [
                f"... on {member.name}{self.selection(member, path)}"
                for member in GRAPHQL.get_possible_types(kind)
            ]
            return f" {{ __typename {' '.join(parts)} }}"
        if not isinstance(kind, GraphQLObjectType):
            return ""
        if kind.name in path or len(path) >= DEPTH or kind.name in QUERIED_BY_ID:
            return " { __typename }"
        inner = (*path, kind.name)
        fields = [
            self._field(name, definition, kind, inner) for name, definition in kind.fields.items()
        ]
        return f" {{ {' '.join(fields)} }}"
