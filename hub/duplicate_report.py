"""`simpul duplicates`: which listings of a region are, or may be, one system, at the terminal."""

from __future__ import annotations

from typing import Any

from rich.markup import escape
from rich.table import Table

from hub.console import out

DUPLICATES = """
query ($code: ID!) {
  region(code: $code) {
    code name
    duplicates {
      rule listed groupCount reviewCount relistingCount websiteCount severalCount aloneCount
      groups(first: 200) {
        policy national { id name owner } count
        listings { id application { name opd { name } } }
        parts { count listings { id } }
        links { a b policy signals { name value } }
      }
      websites(first: 100) { id application { name } }
      several(first: 100) { id application { name } }
    }
  }
}
"""


def show(found: dict[str, Any]) -> None:
    """Print it for a person."""
    told = found["duplicates"]
    out.print(
        f"[bold]{escape(found['name'])}[/bold] · {told['listed']} listings, rule {told['rule']}"
    )
    out.print(
        f"{told['relistingCount']} systems are listed more than once, {told['reviewCount']} groups "
        f"ask a person, {told['websiteCount']} listings are websites"
    )
    if not told["groups"]:
        return
    table = Table("Policy", "Listings", "Why", box=None)
    for group in told["groups"]:
        table.add_row(group["policy"], "\n".join(_names(group)), "\n".join(_why(group)))
    out.print(table)


def _names(group: dict[str, Any]) -> list[str]:
    applications = [each["application"] for each in group["listings"]]
    owners = [(each["opd"] or {}).get("name", "OPD unknown") for each in applications]
    return [
        escape(f"{each['name']} ({owner})")
        for each, owner in zip(applications, owners, strict=True)
    ]


def _why(group: dict[str, Any]) -> list[str]:
    signals = [signal for link in group["links"] for signal in link["signals"]]
    return [*dict.fromkeys(escape(f"{each['name']}: {each['value']}") for each in signals)]
