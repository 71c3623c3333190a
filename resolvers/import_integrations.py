"""Plans the integrations that a file states in its column "terintegrasi dengan"."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from engine.model import Application, ApplicationStatus
from engine.plain_text import name_key
from engine.spreadsheet.import_edits import ImportEdits, IntegrationChoice
from resolvers.import_plan import PlannedIntegration, RowOutcome, RowPlan, UnknownIntegration
from resolvers.inventory_state import InventoryState

NEAREST_MOST = 3
_NEAR = 60.0  # percent of letters; a less similar name is not offered
_SEPARATORS = re.compile(r"[\W_]+")


@dataclass
class IntegrationPlanner:
    """Matches the names of integrated systems with the inventory as it will be after the rows."""

    inventory: InventoryState
    edits: ImportEdits
    integrations: list[PlannedIntegration] = field(default_factory=list)
    unknown: dict[str, UnknownIntegration] = field(default_factory=dict)  # by key of the name
    # The names that match no system, by sheet and row.
    unknown_names: defaultdict[tuple[str, int], list[str]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def plan(self, rows: Sequence[RowPlan]) -> None:
        """Plan the integrations of all rows that the import writes or leaves."""
        applications = {
            application.id: application
            for application in self.inventory.applications
            if application.status is not ApplicationStatus.RETIRED
        }
        for plan in rows:
            if plan.application is not None:
                applications[plan.application.id] = plan.application
        applications = {
            id: application
            for id, application in applications.items()
            if application.status is not ApplicationStatus.RETIRED
        }
        by_name: dict[str, list[Application]] = defaultdict(list)
        for application in applications.values():
            by_name[integration_key(application.name)].append(application)
        choices = {integration_key(choice.name): choice for choice in self.edits.integrations}
        connected = set(self._connected_pairs())
        recorded = self._recorded_names()
        for plan in rows:
            source = plan.application
            if plan.outcome is RowOutcome.REFUSE or source is None or source.id not in applications:
                continue
            for name in plan.row.values.integrated_with:
                key = integration_key(name)
                choice = choices.get(key)
                if key in recorded[source.id] or (choice is not None and _is_left_out(choice)):
                    continue
                planned = self._find_target(source, name, choice, by_name, applications)
                if planned is None:
                    self.unknown_names[plan.row.sheet, plan.row.row].append(name)
                    continue
                pair = _pair(planned)
                if pair is not None and pair not in connected:
                    connected.add(pair)
                    self.integrations.append(planned)
        self._collect_unknown(by_name)

    def _connected_pairs(self) -> Iterator[frozenset[str]]:
        for integration in self.inventory.integrations:
            pair = _pair(
                PlannedIntegration(integration.source, integration.target, integration.target_name)
            )
            if pair is not None:
                yield pair

    def _recorded_names(self) -> defaultdict[str, set[str]]:
        """Return the keys of the names of the systems that each source is connected with.

        A target outside the region is known by its recorded name only, and a retired target is no
        candidate for a new integration.
        """
        names = {application.id: application.name for application in self.inventory.applications}
        recorded: defaultdict[str, set[str]] = defaultdict(set)
        for integration in self.inventory.integrations:
            recorded[integration.source].add(integration_key(integration.target_name))
            if integration.target in names:
                recorded[integration.source].add(integration_key(names[integration.target]))
        return recorded

    def _find_target(
        self,
        source: Application,
        name: str,
        choice: IntegrationChoice | None,
        by_name: dict[str, list[Application]],
        applications: dict[str, Application],
    ) -> PlannedIntegration | None:
        """Return the integration that a name means; None if that is not clear."""
        if choice is not None:
            if choice.is_external:
                return PlannedIntegration(source.id, None, name)
            chosen = applications.get(choice.application or "")
            return None if chosen is None else PlannedIntegration(source.id, chosen.id, chosen.name)
        namesakes = [
            application
            for application in by_name.get(integration_key(name), ())
            if application.id != source.id
        ]
        own = [application for application in namesakes if application.opd == source.opd]
        candidates = own if len(own) == 1 else namesakes
        if len(candidates) != 1:
            return None
        return PlannedIntegration(source.id, candidates[0].id, candidates[0].name)

    def _collect_unknown(self, by_name: dict[str, list[Application]]) -> None:
        keys = list(by_name)
        existing = {application.id for application in self.inventory.applications}
        names = [name for row_names in self.unknown_names.values() for name in row_names]
        counts = Counter(map(integration_key, names))
        for name in names:
            key = integration_key(name)
            if key in self.unknown:
                continue
            ranked = process.extract(
                key, keys, scorer=fuzz.ratio, score_cutoff=_NEAR, limit=NEAREST_MOST
            )
            nearest = [
                application
                for match, _, _ in ranked
                for application in by_name[match]
                if application.id in existing
            ]
            self.unknown[key] = UnknownIntegration(name, counts[key], tuple(nearest[:NEAREST_MOST]))


def integration_key(name: str) -> str:
    """Return the key by which names of systems are compared: letters and digits, in lower case."""
    return _SEPARATORS.sub("", name_key(name))


def _is_left_out(choice: IntegrationChoice) -> bool:
    return choice.application is None and not choice.is_external


def _pair(integration: PlannedIntegration) -> frozenset[str] | None:
    """Return the two ends in any order, so that an exchange is connected only once.

    An application that names itself has no pair.
    """
    if integration.target == integration.source:
        return None
    target = integration.target or f"external {integration_key(integration.target_name)}"
    return frozenset({integration.source, target})
