"""Limits on the cost of a document, which are checked before it is parsed or validated."""

from __future__ import annotations

import pytest
import strawberry
from graphql import GraphQLSyntaxError, get_introspection_query

from schema.limits import DocumentLimits, DocumentRejected, document_extensions, parse_within_limits

LIMITS = DocumentLimits()
INTROSPECTION = get_introspection_query(
    specified_by_url=True,
    directive_is_repeatable=True,
    schema_description=True,
    input_value_deprecation=True,
)
BOMB = "{ ...F0 }" + "".join(
    f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(100)
)
MESH = "{ ...F0 }" + "".join(
    f"fragment F{n} on Query {{ {' '.join(f'...F{m}' for m in range(28))} }}" for n in range(24)
)
HOSTILE: dict[str, tuple[str, str, str]] = {
    "260 kB of nested fragments": (
        "{" + "... {" * 43_000 + "a" + "}" * 43_000 + "}",
        "DOCUMENT_TOO_LARGE",
        "expected a document of at most 20000 bytes, got 258003",
    ),
    "an object of 50 000 keys": (
        "{ a(b: {" + "".join(f"k{n:05}:1 " for n in range(50_000)) + "}) }",
        "DOCUMENT_TOO_LARGE",
        "expected a document of at most 20000 bytes, got 450012",
    ),
    "1 MB of comments": (
        "#" * 1_000_000 + "\n{ a }",
        "DOCUMENT_TOO_LARGE",
        "expected a document of at most 20000 bytes, got 1000006",
    ),
    "bytes, not characters": (
        "#" + "é" * 10_000 + "\n{ a }",
        "DOCUMENT_TOO_LARGE",
        "expected a document of at most 20000 bytes, got 20007",
    ),
    "many tokens": (
        "{ " + "a " * 1_499 + "}",
        "DOCUMENT_TOO_LARGE",
        "expected a document of at most 1500 tokens, got more",
    ),
    "fragments that double 100 times": (
        BOMB + "fragment F100 on Query { a }",
        "TOO_COMPLEX",
        "expected at most 20 fields called 'a' in one place, got 21 or more",
    ),
    "fragments that double and end nowhere": (
        BOMB,
        "TOO_COMPLEX",
        "expected at most 5000 steps, got 5001 or more",
    ),
    "fragments that all spread all": (
        MESH,
        "TOO_COMPLEX",
        "expected at most 5000 steps, got 5001 or more",
    ),
    "depth": (
        "{ a " * 17 + "}" * 17,
        "TOO_COMPLEX",
        "expected at most 16 levels of fields, got 17 or more",
    ),
    "depth by fragments": (
        "{ a { ...F } } fragment F on T {" + " a {" * 15 + " a " + "}" * 16,
        "TOO_COMPLEX",
        "expected at most 16 levels of fields, got 17 or more",
    ),
    "root fields": (
        "{ " + " ".join(f"a{n}" for n in range(41)) + " }",
        "TOO_COMPLEX",
        "expected at most 40 root fields, got 41 or more",
    ),
    "root fields by fragments": (
        "{ ...F ...G } fragment F on Q {" + " ".join(f"a{n}" for n in range(20)) + "}"
        "fragment G on Q {" + " ".join(f"b{n}" for n in range(21)) + "}",
        "TOO_COMPLEX",
        "expected at most 40 root fields, got 41 or more",
    ),
    "aliases": (
        "{ a { " + " ".join(f"a{n}: a" for n in range(101)) + " } }",
        "TOO_COMPLEX",
        "expected at most 100 aliases, got 101 or more",
    ),
    "fields by fragments": (
        "{ " + " ".join(f"a{n} {{ ...F }}" for n in range(40)) + " }"
        "fragment F on T { " + " ".join(f"f{n}" for n in range(25)) + " }",
        "TOO_COMPLEX",
        "expected at most 1000 fields, got 1001 or more",
    ),
    "the same field again and again": (
        "{ a { " + "b " * 21 + "} }",
        "TOO_COMPLEX",
        "expected at most 20 fields called 'b' in one place, got 21 or more",
    ),
    "the same field in an unused fragment": (
        "{ a } fragment F on Q { " + "b " * 21 + "}",
        "TOO_COMPLEX",
        "expected at most 20 fields called 'b' in one place, got 21 or more",
    ),
    "directives": (
        "{ a " + "@skip(if: true) " * 51 + "}",
        "TOO_COMPLEX",
        "expected at most 50 directives, got 51 or more",
    ),
    "NUL in a string": (
        '{ a(b: "x\\u0000") }',
        "BAD_TEXT",
        "expected text, got a NUL character in it",
    ),
}


@pytest.mark.parametrize(("document", "code", "message"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_document_is_refused(document: str, code: str, message: str) -> None:
    with pytest.raises(DocumentRejected) as refused:
        parse_within_limits(document, LIMITS)
    assert refused.value.extensions == {"code": code}
    assert refused.value.message == message


@pytest.mark.parametrize(
    "document",
    [
        INTROSPECTION,
        "{ " + " ".join(f"r{n}: a {{ b c d e f g h i j k }}" for n in range(40)) + " }",
        "{ a " * 16 + "}" * 16,
        "{ a " + "@skip(if: true) " * 50 + "}",
        "{ ...F } fragment F on Q { a ...G } fragment G on Q { b ...F }",
        "{ a ...Unknown }",
    ],
    ids=["introspection", "40 regions", "16 levels", "50 directives", "a cycle", "unknown"],
)
def test_what_is_within_the_limits_goes_on_to_validation(document: str) -> None:
    assert parse_within_limits(document, LIMITS) is parse_within_limits(document, LIMITS)


@pytest.mark.parametrize(
    "document",
    ["{ a(b: " + "[" * 700 + "]" * 700 + ") }", "{" + "... {" * 300 + "a" + "}" * 301],
    ids=["lists", "inline fragments"],
)
def test_deep_nesting_is_a_syntax_error(document: str) -> None:
    with pytest.raises(GraphQLSyntaxError, match="nested too deeply"):
        parse_within_limits(document, LIMITS)


def test_limits_are_those_of_the_schema() -> None:
    @strawberry.type
    class Query:
        @strawberry.field
        def a(self) -> int:
            return 1

    schema = strawberry.Schema(Query, extensions=document_extensions(DocumentLimits(aliases=1)))
    errors = schema.execute_sync("{ a b: a c: a }").errors or []
    assert [error.message for error in errors] == ["expected at most 1 aliases, got 2 or more"]
    assert schema.execute_sync("{ a b: a }").data == {"a": 1, "b": 1}


def test_not_all_mistakes_of_a_document_are_reported() -> None:
    @strawberry.type
    class Query:
        a: int = 1

    schema = strawberry.Schema(Query, extensions=document_extensions())
    wrong = "{ " + " ".join(f"b{number}" for number in range(30)) + " }"
    errors = schema.execute_sync(wrong).errors or []
    assert len(errors) == 21
    assert errors[0].message == "Cannot query field 'b0' on type 'Query'."
    assert errors[20].message == (
        "Too many validation errors, error limit reached. Validation aborted."
    )


def test_explorers_can_introspect() -> None:
    @strawberry.type
    class Query:
        a: int = 1

    schema = strawberry.Schema(Query, extensions=document_extensions())
    answer = schema.execute_sync(INTROSPECTION)
    assert answer.errors is None
    assert answer.data is not None
    assert answer.data["__schema"]["queryType"] == {"name": "Query", "kind": "OBJECT"}
