"""The words of the region's page that the types of the web client do not check."""

from __future__ import annotations

import re
from pathlib import Path

MESSAGES = Path(__file__).parents[2] / "clients/web/src/region/proposals/messages.ts"


def test_only_a_failed_request_asks_the_person_to_try_again() -> None:
    asking = re.findall(r"^ +(\w+): .*(?:coba lagi|try again)", MESSAGES.read_text(), re.MULTILINE)
    assert asking == ["notReached", "notReached"]
