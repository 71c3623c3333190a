"""The GraphQL schema, assembled from one mixin per noun."""

from __future__ import annotations

from typing import Any

import strawberry
from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    Undefined,
)
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from schema.account import AccountQuery
from schema.account_mutation import AccountMutation
from schema.affair import AffairQuery
from schema.application import ApplicationQuery
from schema.application_mutation import ApplicationMutation
from schema.assessment_mutation import AssessmentMutation
from schema.audit import AuditQuery
from schema.average import AverageQuery
from schema.comparison import ComparisonQuery
from schema.credential_mutation import CredentialMutation
from schema.default_opd import DefaultOpdQuery
from schema.derived_events import DerivedEventSubscription
from schema.effort import EffortMutation
from schema.entities import EntityQuery
from schema.event import EventQuery, EventSubscription, LogEntryAppended
from schema.execution import Execution
from schema.freshness import FreshnessQuery
from schema.function_correction import CorrectionMutation
from schema.function_tag import FunctionQuery
from schema.import_draft import ImportDraftQuery
from schema.import_edit import ImportDraftMutation
from schema.instance import InstanceQuery
from schema.instrument import InstrumentQuery
from schema.integration import IntegrationMutation
from schema.inventory import InventoryMutation
from schema.inventory_import import InventoryImportMutation
from schema.level_claim import LevelClaimMutation
from schema.limits import document_extensions
from schema.node_query import NodeQuery
from schema.opd_mutation import OpdMutation
from schema.proposal_decision import ProposalDecisionMutation
from schema.ranking import RankingQuery
from schema.region import RegionQuery
from schema.region_log import RegionLogQuery, RegionLogSubscription
from schema.scalars import SCALARS
from schema.simulation import SimulationMutation
from schema.source import SourceQuery
from schema.verification_scope import ScopeMutation
from schema.waiting_file import WaitingFileMutation, WaitingFileQuery


@strawberry.type(description="What can be read.")
class Query(
    RegionQuery,
    RankingQuery,
    ComparisonQuery,
    ApplicationQuery,
    InstrumentQuery,
    AverageQuery,
    EventQuery,
    FunctionQuery,
    NodeQuery,
    InstanceQuery,
    EntityQuery,
    RegionLogQuery,
    FreshnessQuery,
    SourceQuery,
    ImportDraftQuery,
    WaitingFileQuery,
    AffairQuery,
    DefaultOpdQuery,
    AccountQuery,
    AuditQuery,
):
    pass


@strawberry.type(
    description="What can be changed. Each field takes one input and returns the changed object "
    "or a problem. What the viewer may not do is an error with the code FORBIDDEN."
)
class Mutation(
    OpdMutation,
    ApplicationMutation,
    IntegrationMutation,
    AssessmentMutation,
    LevelClaimMutation,
    InventoryMutation,
    ProposalDecisionMutation,
    CorrectionMutation,
    ScopeMutation,
    EffortMutation,
    SimulationMutation,
    ImportDraftMutation,
    WaitingFileMutation,
    InventoryImportMutation,
    AccountMutation,
    CredentialMutation,
):
    pass


@strawberry.type(
    description="What can be followed live. Each event has a cursor, after which a client can "
    "resume."
)
class Subscription(EventSubscription, DerivedEventSubscription, RegionLogSubscription):
    pass


# The definitions that `@link` imports, so that tools without federation can also read the schema.
# They are written out because composers refuse Strawberry's names for the types of the arguments.
FEDERATION = """\
directive @key(fields: federation__FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE

directive @link(url: String!, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA

scalar federation__FieldSet

scalar link__Import

enum link__Purpose {
  SECURITY
  EXECUTION
}"""


class Schema(strawberry.federation.Schema):
    """Strawberry's schema without its error log: the transport masks and logs bugs."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Log nothing: `schema.masking` logs the bugs among the errors."""

    def as_str(self) -> str:
        """Return the SDL with the definitions that `@link` imports."""
        return f"{super().as_str()}\n\n{FEDERATION}"

    __str__ = as_str


def _remove_null_defaults(schema: Schema) -> None:
    """Make an optional argument or input field print without `= null`.

    An argument that is left out and one that is null have the same meaning: the resolver's own
    default applies, which is None.
    """
    for graphql_type in schema._schema.type_map.values():
        if isinstance(graphql_type, GraphQLInputObjectType):
            arguments: list[Any] = list(graphql_type.fields.values())
        elif isinstance(graphql_type, GraphQLObjectType | GraphQLInterfaceType):
            arguments = [
                argument
                for field in graphql_type.fields.values()
                for argument in field.args.values()
            ]
        else:
            continue
        for argument in arguments:
            if argument.default_value is None:
                argument.default_value = Undefined


schema = Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[LogEntryAppended],  # no field returns this type: the events return its interface
    extensions=document_extensions(),
    execution_context_class=Execution,
    federation_version="2.9",  # the newest version that all composers support
    config=StrawberryConfig(scalar_map=SCALARS),
)
_remove_null_defaults(schema)
