"""The rights that a viewer may give, which are also those whose accounts it lists and changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.account import AccountKind, Right
from engine.log.assessment_log import result_log
from engine.model import Role


@dataclass(frozen=True, slots=True)
class RegionTree:
    """The regions on record, by their provinces."""

    parents: Mapping[str, str | None]  # code of the province by code of the region on record
    provinces: frozenset[str]  # also those of which only regions are on record

    def members(self, provinces: frozenset[str]) -> frozenset[str]:
        """Return the codes of provinces, or of the nation, and of the regions within them."""
        within = (
            code for code, parent in self.parents.items() if result_log(code, parent) in provinces
        )
        return provinces.union(within)


@dataclass(frozen=True, slots=True)
class AccountAccess:
    """The rights that someone may give: every right, or some roles in some regions."""

    everything: bool = False
    # Codes of the regions that the scope may have, by role; a role that is missing is not given.
    regions_by_role: Mapping[Role, frozenset[str]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether no right may be given at all."""
        return not self.everything and not self.regions_by_role

    def includes_role(self, role: Role) -> bool:
        """Whether a right with this role may be given in some region."""
        return self.everything or role in self.regions_by_role

    def includes(self, right: Right | None) -> bool:
        """Whether a right may be given; None stands for a right that is not known."""
        if self.everything:
            return True
        if right is None or not right.regions:
            return False
        return right.regions <= self.regions_by_role.get(right.role, frozenset())


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """Which accounts to list; None accepts all."""

    role: Role | None = None  # the last role of an account without a right
    region: str | None = None  # code
    kind: AccountKind | None = None
    has_right: bool | None = None
    is_invited: bool | None = None  # whether a person was invited who has not signed in yet
    search: str = ""  # a part of the name or of the login
