"""Registers the enums of verification as GraphQL enums."""

from __future__ import annotations

from engine.verification.attestation import AttestationState
from engine.verification.completeness import ApplicationField
from engine.verification.evaluation import RequirementState, VerificationGap
from engine.verification.rule import RequirementKind
from engine.verification.verification import VerificationFlag
from schema.enums import described_enum

__all__ = [
    "ApplicationField",
    "AttestationState",
    "RequirementKind",
    "RequirementState",
    "VerificationFlag",
    "VerificationGap",
]

described_enum(
    AttestationState,
    "Whether an OPD's attestation of its inventory is valid.",
    {
        "VALID": "The attestation is valid.",
        "NEVER_GIVEN": "The OPD has never attested its inventory.",
        "EXPIRED": "The attestation is older than 365 days.",
        "INVALIDATED": "A subject other than the one who attested has since changed the inventory.",
    },
)
described_enum(
    VerificationFlag,
    "The outcome of verifying a claimed level. It never accuses and never raises a level.",
    {
        "OVER_CLAIM": "The evidence refutes the claim.",
        "UNDER_CLAIM": "The evidence shows a higher level than the claim, which deserves a review.",
        "SUPPORTED": "The evidence supports the claim.",
        "UNVERIFIABLE": "The evidence neither shows nor refutes the claim.",
    },
)
described_enum(
    RequirementState,
    "Whether a requirement is met.",
    {
        "MET": "The evidence shows that it is met.",
        "UNKNOWN": "The evidence neither shows nor refutes it.",
        "FAILED": "The evidence shows that it is not met.",
    },
)
described_enum(
    VerificationGap,
    "What is missing, or not known, to meet a requirement.",
    {
        "OPD_NOT_ON_BUS": "An OPD has no exchange over the service bus.",
        "NOT_ATTESTED": "An OPD has not attested its inventory, so an absence proves nothing.",
        "NO_OPD": "No OPD is in scope, so none attests that the inventory is complete.",
        "NO_APPLICATION": "No application is known to serve the indicator.",
        "SERVICE_UNKNOWN": "It is not known which indicator an application serves.",
        "NO_EXCHANGE": "An application has no exchange that is accepted as evidence.",
        "NOT_COUNTED": "An exchange is recorded, but is not accepted as evidence.",
        "OWNER_UNKNOWN": "The other end of an exchange is known by name only.",
        "PARTNER_NOT_NAMED": "The other end of an exchange is not among the named partners.",
        "NO_DOCUMENT": "A required document is not recorded.",
        "DOCUMENT_UNDATED": "A document has no date.",
        "NOT_CONSULTED": "An application was built without consulting the ICT unit.",
        "CONSULTATION_UNKNOWN": "It is not known whether the ICT unit was consulted about an "
        "application. Without an application, no policy on building applications is recorded.",
        "DUPLICATE": "Two applications that the region built are similar.",
        "NOT_DECIDABLE": "Neither inventory nor documents can answer it; assessors decide.",
    },
)
described_enum(
    RequirementKind,
    "What a level requires of the integration graph or of documents.",
    {
        "ANY_OPD_ON_BUS": "At least one OPD exchanges data over the service bus.",
        "EVERY_OPD_ON_BUS": "Every OPD in scope exchanges data over the service bus.",
        "BUS_JOINED_OUTSIDE": "The service bus is connected to a system outside the region.",
        "PARTNER_LINKED": "The applications exchange data with a partner of the service.",
        "EVERY_SERVING_LINKED": "Every application that serves the indicator exchanges data.",
        "EVERY_APPLICATION_LINKED": "Every application of the region exchanges data.",
        "LIVE_EXCHANGE": "Data is exchanged at once, over the service bus or an API.",
        "CONSULTED": "The ICT unit was consulted before applications were built.",
        "NO_DUPLICATE": "No two applications that the region built are similar.",
        "REVIEW": "A review is documented.",
        "FOLLOW_UP": "The follow-up of a review is documented.",
        "JUDGEMENT": "Assessors judge it; data cannot show it.",
    },
)
described_enum(
    ApplicationField,
    "A field of an application that the completeness of an inventory requires.",
    {
        "OPD": "The OPD that owns it.",
        "STATUS": "Its status, which must not be UNKNOWN.",
        "FUNCTION_TEXT": "The text that states its function.",
        "PLATFORM": "The platform that it runs on.",
        "YEAR": "The year of its first use.",
    },
)
