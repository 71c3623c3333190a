"""The command that hands a region over to another instance, or takes the offer of it back."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli import preconditions
from hub.cli.console import AsJson, err, exit_with_error, out, print_result
from hub.cli.known_messages import HANDOVER_ERRORS, translate_message
from hub.cli.region_argument import resolve_region
from hub.exit_codes import ExitCode

if TYPE_CHECKING:
    from hub.settings import Settings
    from resolvers.handover import CompletedHandover

app = typer.Typer()


@app.command("hand-over")
def hand_over(
    region: Annotated[
        str,
        typer.Argument(
            help="Code or name of a region that this instance owns.", callback=resolve_region
        ),
    ],
    url: Annotated[str | None, typer.Argument(help="The SIMPUL_URL of the new owner.")] = None,
    take_back: Annotated[
        bool,
        typer.Option(
            "--take-back", help="Take the offer of the region back, which is not completed."
        ),
    ] = False,
    seconds: Annotated[
        float,
        typer.Option(min=1, max=3600, help="Seconds to wait for each response of the new owner."),
    ] = 30.0,
    json: AsJson = False,
) -> None:
    """Hand a region over to another instance, which alone writes it from the next entry on."""
    if take_back == (url is not None):
        raise typer.BadParameter(
            _("expected the SIMPUL_URL of the new owner or --take-back, got both or neither")
        )
    settings = preconditions.load_migrated_settings()
    if url is None:
        _take_back(settings, region, as_json=json)
    else:
        _hand_over(settings, region, url, seconds, as_json=json)


def _hand_over(settings: Settings, region: str, url: str, seconds: float, *, as_json: bool) -> None:
    from hub.instance import open_instance
    from regions.directory_file import InvalidEndpointDirectory, load_endpoint_directory
    from regions.endpoint_directory import EndpointDirectory
    from resolvers import handover

    async def run_handover() -> CompletedHandover:
        directory = EndpointDirectory()
        if settings.follows is not None:
            directory = await asyncio.to_thread(load_endpoint_directory, settings.follows)
        async with open_instance(settings) as instance:
            return await handover.hand_over_region(instance, region, url, directory, seconds)

    try:
        completed = asyncio.run(run_handover())
    except InvalidEndpointDirectory as invalid:
        exit_with_error(str(invalid), ExitCode.INPUT)
    except Exception as error:
        _exit_if_refused(region, error)
        raise

    def print_text() -> None:
        out.print(
            _("Region {region} is handed over to {url} by entry {sequence}.").format(
                region=region, url=url, sequence=completed.sequence
            )
        )
        if completed.is_confirmed:
            out.print(_("The new owner has confirmed that it owns the region."))

    print_result(asdict(completed), as_json=as_json, print_text=print_text)
    if not completed.is_confirmed:
        err.print(
            _(
                "The new owner has not confirmed it within {seconds:g} seconds. It takes the region "
                "over as soon as it has read that entry, and the region accepts no writes until "
                "then. This cannot be taken back."
            ).format(seconds=seconds),
            markup=False,
            soft_wrap=True,
        )


def _take_back(settings: Settings, region: str, *, as_json: bool) -> None:
    from hub.instance import open_instance
    from resolvers import handover

    async def run_withdrawal() -> int:
        async with open_instance(settings) as instance:
            return await handover.take_back_offer(instance, region)

    try:
        sequence = asyncio.run(run_withdrawal())
    except Exception as error:
        _exit_if_refused(region, error)
        raise
    print_result(
        {"region": region, "sequence": sequence},
        as_json=as_json,
        print_text=lambda: out.print(
            _("The offer of region {region} is taken back by entry {sequence}.").format(
                region=region, sequence=sequence
            )
        ),
    )


def _exit_if_refused(region: str, error: Exception) -> None:
    """Exit with the reason if the error states why the region is not handed over."""
    from resolvers.handover_error import HandoverError
    from storage.log import LogNotFound, LogOwnedElsewhere

    match error:
        case HandoverError():
            exit_with_error(translate_message(str(error), HANDOVER_ERRORS), ExitCode.STATE)
        case LogNotFound():
            exit_with_error(
                _("there is no region {region!r}").format(region=region), ExitCode.INPUT
            )
        case LogOwnedElsewhere():
            exit_with_error(
                _("region {region} is owned by {url}").format(region=region, url=error.url),
                ExitCode.STATE,
            )
