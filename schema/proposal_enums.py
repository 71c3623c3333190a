"""Registers the enums of consolidation proposals as GraphQL enums."""

from __future__ import annotations

from engine.consolidation.decision import ProposalChoice, ProposalStatus
from engine.consolidation.proposal import (
    ConfidenceFactor,
    MissingInputKind,
    ProposalKind,
    ProposalReasonCode,
    ReasonValueName,
)
from schema.enums import described_enum

__all__ = [
    "ConfidenceFactor",
    "MissingInputKind",
    "ProposalChoice",
    "ProposalKind",
    "ProposalReasonCode",
    "ProposalStatus",
    "ReasonValueName",
]

described_enum(
    ProposalKind,
    "The action that a proposal suggests.",
    {
        "RETIRE": "Take an application out of use that is inactive or has no users.",
        "REPLACE": "Replace an application by a national common application.",
        "MERGE": "Merge applications that serve the same function into one of them.",
        "SHARE": "Take over an application of another region, for a function that is missing.",
        "INTEGRATE": "Let two applications exchange data over the service bus.",
        "KEEP": "Keep an application, because nothing better is known.",
    },
)
described_enum(
    ProposalStatus,
    "Whether a person has decided about a proposal.",
    {
        "OPEN": "Either there is no decision, or the inputs of the proposal have changed since.",
        "ACCEPTED": "A person accepted the proposal.",
        "REJECTED": "A person rejected the proposal; it returns when its inputs change.",
        "DEFERRED": "A person deferred the decision.",
    },
)
described_enum(
    ProposalChoice,
    "What a person decides about a proposal. No choice carries the proposal out.",
    {
        "ACCEPT": "The proposal is to be carried out.",
        "REJECT": "The proposal is not to be carried out, for a reason that must be stated.",
        "DEFER": "The decision is made later.",
    },
)
described_enum(
    ProposalReasonCode,
    "Why an action is proposed, or why one of several applications is the one that remains.",
    {
        "REPORTED_INACTIVE": "The inventory reports the application as inactive.",
        "NO_USERS": "The inventory records that the application has no users.",
        "AFTER_REPOINTING": "The application has exchanges that must be moved first. Values: "
        "INTEGRATION_COUNT.",
        "NO_ACTIVE_EXCHANGE_KNOWN": "No active exchange of the application is recorded. Values: "
        "INTEGRATION_COUNT, which is 0.",
        "SAME_FUNCTION_AS_COMMON_APPLICATION": "A national common application serves the function "
        "of the application. Values: FUNCTION_ID.",
        "EXCEPTION_POSSIBLE": "A regulation allows an application of the region's own as an "
        "exception. Values: LEGAL_BASIS.",
        "MANDATED": "A regulation requires regions to use the common application. Values: "
        "LEGAL_BASIS.",
        "MANDATE_NOT_CONFIRMED": "A source names a regulation, but it is not confirmed that regions "
        "must use the common application. Values: LEGAL_BASIS.",
        "SAME_FUNCTION": "The applications serve the same function. Values: FUNCTION_ID.",
        "FUNCTION_NOT_IN_INVENTORY": "No application in the inventory serves the function. Values: "
        "FUNCTION_ID.",
        "ANOTHER_REGION_SERVES_IT": "Another region of the province serves the function at a high "
        "level. Values: REGION_CODE and LEVEL.",
        "BYPASSES_HUB": "Two applications exchange data directly, although both are connected to "
        "the service bus. Values: INTEGRATION_MODE and DATA_OBJECT.",
        "REQUIRED_EXCHANGE_MISSING": "No exchange is recorded that a rule requires. Values: "
        "DATA_OBJECT, unless the rule names services only, and RULE.",
        "NOTHING_BETTER_KNOWN": "No better application is known for the function. Values: "
        "FUNCTION_ID.",
        "ON_HUB": "The application that remains is connected to the service bus, and the next best "
        "is not.",
        "MORE_EVIDENCED_EXCHANGES": "The application that remains has more exchanges, weighted by "
        "their evidence. Values: SURVIVOR_VALUE and RUNNER_UP_VALUE.",
        "MORE_USERS": "The application that remains has more users. Values: SURVIVOR_VALUE and "
        "RUNNER_UP_VALUE.",
        "BETTER_FIT": "The OPD rates the fitness of the application that remains higher. Values: "
        "SURVIVOR_VALUE and RUNNER_UP_VALUE.",
        "EQUAL_IN_ALL_KNOWN": "All that is known of the applications is equal, so the choice is by "
        "their ids only.",
    },
)
described_enum(
    ReasonValueName,
    "What a value in the text of a reason is.",
    {
        "INTEGRATION_COUNT": "The number of integrations that must be moved.",
        "FUNCTION_ID": "The id of a business function.",
        "LEGAL_BASIS": "A regulation, in Indonesian, such as Perpres 95/2018 Pasal 37.",
        "REGION_CODE": "The code of a region.",
        "LEVEL": "The official level of a service, from 1 to 5.",
        "INTEGRATION_MODE": "A value of the enum IntegrationMode.",
        "DATA_OBJECT": "The name of the data that is exchanged, in Indonesian.",
        "RULE": "The rule that requires an exchange, with its table and version.",
        "SURVIVOR_VALUE": "The number in which the application that remains is the best: its "
        "weighted exchanges, its users, or its fitness from 1 to 5.",
        "RUNNER_UP_VALUE": "The same number of the next best application; absent if it is unknown.",
    },
)
described_enum(
    MissingInputKind,
    "What has to be known to judge a proposal, but is not.",
    {
        "YEARLY_COST": "The yearly cost of an application that is to be taken out of use.",
        "MIGRATION_COST": "The cost, paid once, of leaving an application that is to be taken out "
        "of use.",
        "ADDED_YEARLY_COST": "The yearly cost that the remaining application adds when it takes "
        "over the others.",
        "ALTERNATIVE_COST": "What it would cost not to carry out the proposal.",
        "MANDATE": "Whether a regulation requires the region to use the common application.",
        "NEED_FOR_FUNCTION": "Whether the region needs the function.",
        "NEED_FOR_EXCHANGE": "Whether the work in the region needs the exchange, since the rules "
        "state what is usual.",
        "SOURCE_CODE_PERMISSION": "Whether the owner permits sharing the source code.",
        "CHOICE_OF_APPLICATION": "Which of several suitable applications is the right one. The "
        "proposal names one of them.",
        "INVENTORY_COMPLETENESS": "How complete the inventory of the region is.",
    },
)
described_enum(
    ConfidenceFactor,
    "What the confidence in a proposal depends on.",
    {
        "FUNCTION": "How certain it is that the applications serve the stated function.",
        "INVENTORY_COMPLETENESS": "How complete the inventory of the region is.",
        "EVIDENCE_GRADE": "The grade of the least evidenced integration: claimed 0.25, documented "
        "0.5, confirmed 0.75, shown by a machine's log 1.",
    },
)
