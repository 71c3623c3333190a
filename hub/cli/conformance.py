"""`simpul conformance`: checks whether an endpoint conforms to the feed contract."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.console import AsJson, exit_with_error, out, print_result
from hub.exit_codes import ExitCode

app = typer.Typer()


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
    from rich.table import Table

    from regions.conformance import check_conformance
    from regions.directory import Endpoint, plain_url

    if not plain_url(url):
        exit_with_error(f"expected ws://host/path or wss://host/path, got {url!r}", ExitCode.INPUT)
    endpoint = Endpoint(url, (region,), private=private, token_file=token_file)
    verdicts = asyncio.run(check_conformance(endpoint, region))

    def say() -> None:
        table = Table("promise", "kept", "seen")
        for each in verdicts:
            table.add_row(each.promise, "yes" if each.kept else "[bold]no[/bold]", each.said)
        out.print(table)

    promises = [asdict(each) for each in verdicts]
    print_result({"promises": promises}, as_json=json, say=say)
    if not all(each.kept for each in verdicts):
        raise typer.Exit(ExitCode.BROKEN)
