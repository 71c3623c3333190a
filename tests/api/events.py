"""The events of an instance, each with its kind, its region and its place in the region's log."""

from __future__ import annotations

from tests.api import two_provinces
from tests.api.hub import Hub

EVENTS = """
query ($after: Cursor) {
  events(after: $after, first: 500) {
    nodes { eventKind region { code } ... on LogEntryAppended { sequence } }
  }
}
"""


async def events_after(hub: Hub, after: str) -> list[tuple[str, str, int | None]]:
    data = await hub.query_data(EVENTS, two_provinces.ADMIN, after=after)
    return [
        (event["eventKind"], event["region"]["code"], event.get("sequence"))
        for event in data["events"]["nodes"]
    ]
