"""The actor of an entry, as a text within the bound of the feed."""

from __future__ import annotations

from engine.log.actor import ACTOR_CHARACTERS_MOST, Actor, format_actor, parse_actor
from engine.model import Role


def test_an_actor_is_read_from_its_text() -> None:
    actor = Actor("account-4f", Role.OPD, ("32.05:opd-a", "32.05:opd-b"))
    assert format_actor(actor) == "account-4f OPD 32.05:opd-a 32.05:opd-b"
    assert parse_actor(format_actor(actor)) == actor


def test_an_actor_of_many_opds_fits_into_an_entry() -> None:
    opds = tuple(f"32.05:opd-{number:020}" for number in range(100))
    text = format_actor(Actor("account-4f", Role.OPD, opds))
    assert len(text) <= ACTOR_CHARACTERS_MOST
    assert parse_actor(text) == Actor("account-4f", Role.OPD, opds[:31])
