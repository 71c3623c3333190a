"""The viewers of sessions and tokens that a process keeps in memory, up to a number of them."""

from __future__ import annotations

from dataclasses import dataclass

from cachetools import LRUCache

from engine.model import Viewer


@dataclass(frozen=True, slots=True)
class KnownViewer:
    """The viewer of a secret, as it was read."""

    viewer: Viewer
    is_session: bool


class KnownViewers(LRUCache[str, KnownViewer]):
    """Viewers by the digests of their secrets. The least recently used is dropped first."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self._digests_by_account: dict[str, set[str]] = {}

    def __setitem__(self, digest: str, known: KnownViewer) -> None:
        super().__setitem__(digest, known)
        self._digests_by_account.setdefault(known.viewer.subject, set()).add(digest)

    def __delitem__(self, digest: str) -> None:
        account = self[digest].viewer.subject
        super().__delitem__(digest)
        digests = self._digests_by_account[account]
        digests.discard(digest)
        if not digests:
            del self._digests_by_account[account]

    def forget(self, account: str) -> None:
        """Drop the viewers of an account."""
        for digest in list(self._digests_by_account.get(account, ())):
            del self[digest]

    @property
    def account_count(self) -> int:
        """The number of accounts of which viewers are known."""
        return len(self._digests_by_account)
