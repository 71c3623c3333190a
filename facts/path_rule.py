"""The rules that paths follow: the scale of effort, and which level is better reached first."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from engine.path.effort import EffortScale, StepId
from engine.path.precedence import NONE, Precedence, Rule
from facts.section import Section

LEVELS = range(1, 6)  # that a step can reach, in any instrument


@cache
def effort_scale() -> EffortScale:
    """The declared scale: no public figures on what a level costs were found, so it is ours."""
    root = Section(_document("effort.json"), "effort.json")
    by_level = root.child("by_level")
    return EffortScale(
        id=root.text("id"),
        version=root.text("version"),
        assumption=root.truth("assumption"),
        unit=root.text("unit"),
        by_level={level: by_level.fraction(str(level)) for level in LEVELS},
        all_opds=root.fraction("all_opds"),
        link=root.fraction("link"),
        highest=root.fraction("highest"),
    )


@cache
def precedence_rules(instrument: str) -> Precedence:
    """The soft rules of an instrument, by its id; none where we know none."""
    name = f"precedence-{instrument}.json"
    if not files("facts").joinpath("path_rules", name).is_file():
        return NONE
    root = Section(_document(name), name)
    return Precedence(
        id=root.text("id"),
        version=root.text("version"),
        assumption=root.truth("assumption"),
        rules=tuple(_rule(node, root.child("penalties")) for node in root.items("rules")),
    )


def _rule(node: Section, penalties: Section) -> Rule:
    kind = node.text("kind")
    return Rule(
        kind=kind,
        step=StepId(node.whole("indicator"), node.whole("level")),
        asks=StepId(node.whole("asks"), node.whole("asks_level")),
        penalty=penalties.fraction(kind),
    )


def _document(name: str) -> object:
    text = files("facts").joinpath("path_rules", name).read_text(encoding="utf-8")
    return json.loads(text)
