"""Automatic persisted queries: clients send the SHA-256 of a document instead of the document.

A client sends `extensions.persistedQuery` with the hash alone. If the server does not have the
document, the client sends both, and the server stores the document. Apollo Client, urql and
gateways do so by themselves, with the messages and codes of Apollo Server.
"""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import sha256
from http import HTTPStatus
from sys import getsizeof
from typing import Final

from cachetools import LRUCache
from graphql import GraphQLError

from engine.model import Role
from hub.transport.json_request import PERSISTED_QUERY, GraphQLRequest
from hub.transport.request_limits import RequestRejected
from schema.limits import DocumentLimits, parse_within_limits

BYTES_MOST = 2_097_152  # of the documents of one role, which are 2,048 at most
ENTRY_BYTES = 1_024  # approximate size of an entry without its document

_HASH: Final = re.compile("[0-9a-f]{64}")


class PersistedQueries:
    """The documents that clients have sent with their hashes, for each role.

    The viewers of one role share a store of bounded size, from which the document that was not used
    for the longest time is removed. The public therefore cannot remove the documents of others.
    """

    def __init__(
        self, limits: DocumentLimits | None = None, *, bytes_most: int = BYTES_MOST
    ) -> None:
        self._limits = limits or DocumentLimits()
        self._documents: dict[Role, LRUCache[str, str]] = {
            role: LRUCache(bytes_most, _entry_bytes) for role in Role
        }

    def find_document(self, role: Role, document_hash: str) -> str | None:
        """Return the document with this hash, or None if the store of the role lacks it."""
        return self._documents[role].get(document_hash)

    def store_document(self, role: Role, document_hash: str, document: str) -> None:
        """Store a document, unless it exceeds the limits; the caller has verified its hash."""
        documents = self._documents[role]
        if document_hash in documents or _entry_bytes(document) > documents.maxsize:
            return
        try:
            parse_within_limits(document, self._limits)
        except GraphQLError:
            return  # the execution reports it
        documents[document_hash] = document


def resolve_persisted_query(
    request: GraphQLRequest, role: Role, queries: PersistedQueries | None
) -> GraphQLRequest:
    """Return the request with its document, and without the extension that names the document.

    Args:
        role: of the viewer.
        queries: the stored documents; None if the server stores none.

    Raises:
        RequestRejected: the request has no document and none is stored, or the extension is not
            valid.
    """
    extensions = request.extensions or {}
    if PERSISTED_QUERY not in extensions:
        return request
    if queries is None:
        if not request.query:
            raise _not_supported()
    else:
        document_hash = _read_hash(extensions[PERSISTED_QUERY])
        document = request.query or queries.find_document(role, document_hash)
        if not document:
            raise RequestRejected(
                HTTPStatus.OK, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound"
            )
        if request.query:
            if sha256(document.encode()).hexdigest() != document_hash:
                raise RequestRejected(
                    HTTPStatus.BAD_REQUEST,
                    "PERSISTED_QUERY_HASH_MISMATCH",
                    "expected the SHA-256 of `query` in `sha256Hash`, got another",
                )
            queries.store_document(role, document_hash, document)
        request = replace(request, query=document)
    others = {name: value for name, value in extensions.items() if name != PERSISTED_QUERY}
    return replace(request, extensions=others or None)


def parsed_bytes(text: bytes) -> int:
    """Return how many bytes a request lets the server parse, at most.

    A request that may name a stored document lets it parse the largest one. An escape in its JSON
    may hide that it does.
    """
    names_document = PERSISTED_QUERY.encode() in text or rb"\u" in text
    return max(len(text), DocumentLimits().bytes if names_document else 0)


def _not_supported() -> RequestRejected:
    # Clients recognise this message, and send the whole document from then on.
    return RequestRejected(
        HTTPStatus.OK, "PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported"
    )


def _read_hash(extension: object) -> str:
    if isinstance(extension, dict) and extension.get("version") == 1:
        document_hash = extension.get("sha256Hash")
        if isinstance(document_hash, str) and _HASH.fullmatch(document_hash):
            return document_hash
    raise RequestRejected(
        HTTPStatus.BAD_REQUEST,
        "BAD_REQUEST",
        f"expected `{PERSISTED_QUERY}` to have the `version` 1 and a `sha256Hash` of 64 digits from 0 to "
        "f, got something else",
    )


def _entry_bytes(document: str) -> int:
    return ENTRY_BYTES + getsizeof(document)
