"""Records or withdraws a person's correction of an application's function."""

from __future__ import annotations

from dataclasses import dataclass

from engine.document import to_document
from engine.matching.function_classifier import FunctionCorrection
from engine.model import Application, EventKind, Region
from resolvers import access
from resolvers.application import find_application
from resolvers.context import Context
from resolvers.problems import InvalidInput
from resolvers.region_change import open_region_change
from resolvers.shipped_functions import functions_by_id
from storage import application as stored
from storage.log import LogTransaction


@dataclass(frozen=True, slots=True)
class CorrectFunction:
    """Input to correct the function of an application; None withdraws an earlier correction."""

    application: str
    function: str | None


async def correct_function(
    context: Context, request: CorrectFunction, key: str | None
) -> Application:
    """Record a correction, which overrides the classifier at once and later trains it."""
    if request.function is not None and request.function not in functions_by_id():
        raise InvalidInput("functionId", "the id of a business function", request.function)

    async def apply_request(transaction: LogTransaction, region: Region) -> Application:
        application = (await stored.applications_by_id(transaction.session, [request.application]))[
            request.application
        ]
        access.allow_application_edit(context.acting_viewer, region, application.opd)
        correction = FunctionCorrection(
            application.id, request.function, context.viewer.subject, transaction.at
        )
        await transaction.append(
            actor=context.actor,
            kind=EventKind.FUNCTION_CORRECTED,
            subject=application.id,
            body=to_document(correction),
        )
        return application

    region_code = (await find_application(context, request.application)).region
    async with open_region_change(
        context, region_code, key=key, request=request, result_type=Application
    ) as change:
        return change.earlier_result or change.store_result(
            await apply_request(change.transaction, change.region)
        )
