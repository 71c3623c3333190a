"""`simpul conformance`: checks whether an endpoint conforms to the feed contract."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from gettext import gettext as _
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.console import AsJson, exit_with_error, out, print_result
from hub.cli.known_messages import translate_message
from hub.cli.translation import N_
from hub.exit_codes import ExitCode

app = typer.Typer()

PROMISES = (  # the names of the promises, which the table translates
    N_("connects"),
    N_("version"),
    N_("owner"),
    N_("order without gaps"),
    N_("hash chain"),
    N_("head"),
    N_("hashes"),
    N_("salts"),
    N_("withheld entries"),
    N_("times"),
    N_("bodies"),
    N_("resume"),
    N_("heartbeat"),
    N_("snapshot"),
    N_("error: unknown region"),
    N_("error: argument out of bounds"),
    N_("error: without a token"),
)
DETAILS = (  # what the checks have seen; the messages of broken promises stay English
    N_("not looked at"),
    N_("no connection: {error}"),
    N_("version {version}; {count} entries"),
    N_("the endpoint"),
    N_("entries {first} to {last}, without a gap"),
    N_("{count} hashes, each over the one before"),
    N_("regionLogHead names entry {sequence}"),
    N_("regionLogHashes has the hashes of {count} entries, as in the feed"),
    N_("{count} salts, each of one entry"),
    N_("{count} entries with hashes alone, {number} with visibility REGION"),
    N_("no time is before that of the preceding entry, or more than five minutes ahead"),
    N_("{count} bodies that an instance applies"),
    N_("no entry has come since the snapshot"),
    N_("after entry {after} comes entry {sequence}, the same as before"),
    N_("frames arrive while the log does not change"),
    N_("{rows} rows on {pages} pages, all as of entry {sequence}"),
)


@app.command()
def conformance(
    url: Annotated[str, typer.Argument(help="ws:// or wss:// address of the GraphQL endpoint.")],
    region: Annotated[str, typer.Option(help="Code of a region that the endpoint owns.")],
    token_file: Annotated[Path | None, typer.Option(help="File with a bearer token.")] = None,
    private: Annotated[
        bool, typer.Option(help="Allow an address in a private network or on this machine.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Check whether an endpoint conforms to the feed contract; the check only reads from it."""
    from rich.markup import escape
    from rich.table import Table

    from regions.conformance import check_conformance
    from regions.endpoint_directory import Endpoint, is_plain_url

    if not is_plain_url(url):
        exit_with_error(
            _("expected ws://host/path or wss://host/path, got {url!r}").format(url=url),
            ExitCode.INPUT,
        )
    endpoint = Endpoint(url, (region,), private=private, token_file=token_file)
    verdicts = asyncio.run(check_conformance(endpoint, region))

    def print_table() -> None:
        table = Table(_("promise"), _("kept"), _("seen"))
        for verdict in verdicts:
            table.add_row(
                _(verdict.promise),
                _("yes") if verdict.passed else _("[bold]no[/bold]"),
                escape(translate_message(verdict.detail, DETAILS)),
            )
        out.print(table)

    promises = [asdict(verdict) for verdict in verdicts]
    print_result({"promises": promises}, as_json=json, print_text=print_table)
    if not all(verdict.passed for verdict in verdicts):
        raise typer.Exit(ExitCode.BROKEN)
