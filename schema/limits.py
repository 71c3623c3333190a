"""Limits on a GraphQL document, checked before it is parsed and before it is validated.

Size and tokens are counted first. Then one walk expands the document as execution would, and stops
at the first limit that it reaches, so that the cost of the check is bounded for every document.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    Lexer,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    Source,
    TokenKind,
    parse,
    specified_rules,
    validate,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

CACHED_DOCUMENTS = 128  # a parsed document of the largest size takes about 0.5 MB


@dataclass(frozen=True, slots=True)
class DocumentLimits:
    """Limits on a document as it is executed: a fragment counts at each spread."""

    bytes: int = 20_000
    tokens: int = 1_500
    depth: int = 16  # the introspection query of explorers has 15
    fields: int = 1_000
    root_fields: int = 40  # in one operation
    mutations: int = 10  # in one operation; each is a transaction
    aliases: int = 100
    repeats: int = 20  # of a response name at one path; validation compares each pair
    directives: int = 50
    steps: int = 5_000  # visited selections of any kind
    validation_errors: int = 20  # reported for one document


class DocumentRejected(GraphQLError):
    """The document is refused before execution; `extensions.code` states the reason."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, extensions={"code": code})


class BoundedDocuments(SchemaExtension):
    """Parses and validates within limits, and checks that the operation is unambiguous.

    The parsing step raises the refusal: `Schema.execute` returns it as a result, and a caller of
    `Schema.stream` sees the GraphQLError itself.
    """

    def __init__(self, limits: DocumentLimits = DocumentLimits()) -> None:
        self.limits = limits

    def on_parse(self) -> Iterator[None]:
        """Parse the document within the limits."""
        operation = self.execution_context
        document = parse_within_limits(operation.query or "", self.limits)
        check_operation(document, operation._provided_operation_name)
        operation.graphql_document = document
        yield

    def on_validate(self) -> Iterator[None]:
        """Validate the document, and stop at the limit of errors."""
        operation = self.execution_context
        assert operation.graphql_document is not None
        operation.pre_execution_errors = validation_errors(
            operation.schema._schema,
            operation.graphql_document,
            self.limits.validation_errors,
        )
        yield


def document_extensions(
    limits: DocumentLimits | None = None,
) -> list[Callable[[], SchemaExtension]]:
    """Return the schema extensions that limit documents; parsed documents are cached."""
    bounds = limits or DocumentLimits()
    return [lambda: BoundedDocuments(bounds)]


def parse_within_limits(query: str, limits: DocumentLimits) -> DocumentNode:
    """Return the parsed document.

    Raises:
        DocumentRejected: the document exceeds a limit.
        GraphQLSyntaxError: it is not GraphQL.
    """
    size = len(query.encode())
    if size > limits.bytes:
        raise DocumentRejected(
            "DOCUMENT_TOO_LARGE", f"expected a document of at most {limits.bytes} bytes, got {size}"
        )
    document = _parse_or_reject(query, limits)
    if isinstance(document, GraphQLError):
        raise document.with_traceback(None)  # the frames of the last one would stay in memory
    return document


@lru_cache(maxsize=CACHED_DOCUMENTS)
def _parse_or_reject(query: str, limits: DocumentLimits) -> DocumentNode | GraphQLError:
    """Return the document or why it is refused, which several steps of one request ask for."""
    try:
        _count_tokens(query, limits.tokens)
        document = parse(query)
        _DocumentWalk(document, limits).run()
    except GraphQLError as error:
        return error
    return document


def check_operation(document: DocumentNode, operation_name: str | None) -> None:
    """Raise DocumentRejected unless `operation_name` identifies one operation of the document."""
    names = [
        definition.name and definition.name.value
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode)
    ]
    if operation_name is None and len(names) > 1:
        raise DocumentRejected(
            "OPERATION_NAME_REQUIRED",
            f"expected an operationName for a document of {len(names)} operations, got none",
        )
    if not names or (operation_name is not None and operation_name not in names):
        expected = (
            "an operation" if operation_name is None else f"an operation called {operation_name!r}"
        )
        raise DocumentRejected(
            "OPERATION_NOT_FOUND", f"expected {expected} in the document, got none"
        )


def _count_tokens(query: str, limit: int) -> None:
    lexer = Lexer(Source(query))
    count = 0
    while (token := lexer.advance()).kind is not TokenKind.EOF:
        count += 1
        if count > limit:
            raise DocumentRejected(
                "DOCUMENT_TOO_LARGE", f"expected a document of at most {limit} tokens, got more"
            )
        if token.value and "\0" in token.value:  # no database stores it
            raise DocumentRejected("BAD_TEXT", "expected text, got a NUL character in it")


@lru_cache(maxsize=CACHED_DOCUMENTS)
def validation_errors(
    schema: GraphQLSchema, document: DocumentNode, limit: int
) -> list[GraphQLError]:
    """Return up to `limit` validation errors, since an error may print a whole value."""
    rules = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
    return validate(schema, document, rules, max_errors=limit)


class _DocumentWalk:
    """Walks the document once, entering each fragment spread again, within a budget of steps."""

    def __init__(self, document: DocumentNode, limits: DocumentLimits) -> None:
        self.limits = limits
        self.operations: list[OperationDefinitionNode] = []
        self.fragments: dict[str, FragmentDefinitionNode] = {}
        for definition in document.definitions:
            if isinstance(definition, OperationDefinitionNode):
                self.operations.append(definition)
            elif isinstance(definition, FragmentDefinitionNode):
                self.fragments[definition.name.value] = definition
        self.counts: Counter[str] = Counter()
        self.fields_by_path: Counter[tuple[str, ...]] = Counter()
        self.visited_fragments: set[str] = set()

    def run(self) -> None:
        """Visit all operations and fragments, or raise DocumentRejected at the first limit."""
        for operation in self.operations:
            self._visit(operation)
        for name, fragment in self.fragments.items():
            if name not in self.visited_fragments:  # validation visits unused fragments, too
                self._visit(fragment)

    def _visit(self, root: OperationDefinitionNode | FragmentDefinitionNode) -> None:
        self.counts["root fields"] = self.counts["mutations in one request"] = 0
        is_mutation = (
            isinstance(root, OperationDefinitionNode) and root.operation is OperationType.MUTATION
        )
        self.fields_by_path.clear()
        self._count_directives(root)
        # Pending selections, with the path of response names and the enclosing fragments.
        pending: list[tuple[tuple[SelectionNode, ...], tuple[str, ...], tuple[str, ...]]]
        pending = [(root.selection_set.selections, (), ())]
        while pending:
            selections, path, enclosing = pending.pop()
            for selection in selections:
                self._count("steps", self.limits.steps)
                self._count_directives(selection)
                if isinstance(selection, FieldNode):
                    response_path = self._count_field(selection, path)
                    if is_mutation and not path:
                        self._count("mutations in one request", self.limits.mutations)
                    if selection.selection_set is not None:
                        pending.append(
                            (selection.selection_set.selections, response_path, enclosing)
                        )
                elif isinstance(selection, InlineFragmentNode):
                    pending.append((selection.selection_set.selections, path, enclosing))
                elif isinstance(selection, FragmentSpreadNode):
                    name = selection.name.value
                    fragment = self.fragments.get(name)
                    # Validation reports fragments that are unknown or recursive.
                    if fragment is not None and name not in enclosing:
                        self.visited_fragments.add(name)
                        self._count_directives(fragment)
                        pending.append(
                            (fragment.selection_set.selections, path, (*enclosing, name))
                        )

    def _count_field(self, field: FieldNode, path: tuple[str, ...]) -> tuple[str, ...]:
        response_path = (*path, (field.alias or field.name).value)
        self.fields_by_path[response_path] += 1
        if self.fields_by_path[response_path] > self.limits.repeats:
            _raise_too_complex(
                f"fields called {response_path[-1]!r} in one place", self.limits.repeats
            )
        if len(response_path) > self.limits.depth:
            _raise_too_complex("levels of fields", self.limits.depth)
        if not path:
            self._count("root fields", self.limits.root_fields)
        if field.alias is not None:
            self._count("aliases", self.limits.aliases)
        self._count("fields", self.limits.fields)
        return response_path

    def _count_directives(
        self, node: SelectionNode | OperationDefinitionNode | FragmentDefinitionNode
    ) -> None:
        for _ in node.directives or ():
            self._count("directives", self.limits.directives)

    def _count(self, unit: str, limit: int) -> None:
        self.counts[unit] += 1
        if self.counts[unit] > limit:
            _raise_too_complex(unit, limit)


def _raise_too_complex(unit: str, limit: int) -> None:
    raise DocumentRejected(
        "TOO_COMPLEX", f"expected at most {limit} {unit}, got {limit + 1} or more"
    )
