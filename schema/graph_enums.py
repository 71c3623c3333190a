"""Registers the enums of integration graphs as GraphQL enums."""

from __future__ import annotations

from engine.graph.graph import GraphBasis, GraphNodeKind, IntegrationDefect
from schema.enums import described_enum

__all__ = [
    "GraphBasis",
    "GraphNodeKind",
    "IntegrationDefect",
]

described_enum(
    GraphBasis,
    "Which exchanges a graph contains.",
    {
        "COUNTED": "Only the exchanges that rules accept as evidence today.",
        "RECORDED": "All exchanges that are not withdrawn, whatever their evidence.",
    },
)
described_enum(
    GraphNodeKind,
    "What a node of an integration graph is.",
    {
        "APPLICATION": "An application of the region.",
        "COMMON_APPLICATION": "A national common application.",
        "ELSEWHERE": "An application in the inventory of another region.",
        "NAMED": "The other end of an exchange that is known by name only.",
    },
)
described_enum(
    IntegrationDefect,
    "Why an exchange is not accepted as evidence today.",
    {
        "PLANNED": "The exchange is only planned.",
        "WITHDRAWN": "The exchange was withdrawn.",
        "UNDOCUMENTED": "The exchange is only claimed; there is no document.",
        "OUT_OF_DATE": "The last verification is more than a year old.",
        "DATE_UNKNOWN": "The date of the verification is unknown, which leaves the question open.",
        "BY_HAND": "The exchange is done by hand.",
        "FILE_UNCONFIRMED": "The exchange uses files and the counterpart has not confirmed it.",
        "MODE_UNKNOWN": "The mode of the exchange is unknown, which leaves the question open.",
        "END_NOT_IN_USE": "An application at one end is not in use.",
    },
)
