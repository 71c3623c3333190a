"""The data loaders of one operation, which read concurrently requested keys in one batch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from strawberry.dataloader import DataLoader

from engine.account import AccessToken, Passkey, SessionRecord
from engine.assessment.score import Score, ScoredAssessment
from engine.graph.graph import hash_texts
from engine.log.source import Source
from engine.model import Application, Assessment, AssessmentKind, Integration, Opd, Region
from resolvers.operation_budget import OperationBudget
from storage import (
    access_token,
    account,
    application,
    assessment,
    integration,
    inventory_line,
    opd,
    ownership,
    passkey,
    region,
    training_set,
)
from storage import session as stored_session
from storage.access import Access
from storage.database import Database
from storage.inventory_line import ProvinceInventory
from storage.region_inventory import InventoryCache, RegionInventoryRecord

CREDENTIALS_MOST = 100  # sessions or tokens of an account in a result
BATCH = 500  # ids in one query; databases limit the parameters of a query


@dataclass(frozen=True)
class ScoreTexts:
    """Published scores as rows of year, region and JSON text, and the hash of the rows."""

    rows: list[tuple[int, str, str]]

    @cached_property
    def digest(self) -> str:
        """The hash that identifies these scores in caches."""
        return hash_texts(f"{year} {region} {text}" for year, region, text in self.rows)


@dataclass
class Loaders:
    """Loads rows by id or code, and caches them until `forget`."""

    database: Database
    budget: OperationBudget
    access: Access
    inventory_cache: InventoryCache

    def forget(self, *, regions: bool = True) -> None:
        """Drop the cached rows, which may have changed since; `regions=False` keeps the regions."""
        for name in LOADERS:
            if regions or name != "regions":
                self.__dict__.pop(name, None)

    @cached_property
    def regions(self) -> DataLoader[str, Region | None]:
        """Regions by code."""

        async def load(codes: list[str]) -> list[Region | None]:
            async with self.budget.open_session(self.database) as session:
                rows = await region.regions_by_code(session, codes)
            return [rows.get(code) for code in codes]

        return DataLoader(load, max_batch_size=BATCH)

    @cached_property
    def sources(self) -> DataLoader[str, Source | None]:
        """Sources by region code; None for a region that is owned here."""

        async def load(codes: list[str]) -> list[Source | None]:
            async with self.budget.open_session(self.database) as session:
                rows = await ownership.sources_by_region(session, codes)
            return [rows.get(code) for code in codes]

        return DataLoader(load, max_batch_size=BATCH)

    @cached_property
    def opds(self) -> DataLoader[str, Opd | None]:
        """OPDs by id."""

        async def load(ids: list[str]) -> list[Opd | None]:
            async with self.budget.open_session(self.database) as session:
                rows = await opd.opds_by_id(session, ids)
            return [rows.get(id) for id in ids]

        return DataLoader(load, max_batch_size=BATCH)

    @cached_property
    def applications(self) -> DataLoader[str, Application | None]:
        """Applications by id."""

        async def load(ids: list[str]) -> list[Application | None]:
            async with self.budget.open_session(self.database) as session:
                rows = await application.applications_by_id(session, ids)
            return [rows.get(id) for id in ids]

        return DataLoader(load, max_batch_size=BATCH)

    @cached_property
    def integrations(self) -> DataLoader[str, Integration | None]:
        """Integrations by id."""

        async def load(ids: list[str]) -> list[Integration | None]:
            async with self.budget.open_session(self.database) as session:
                rows = await integration.integrations_by_id(session, ids)
            return [rows.get(id) for id in ids]

        return DataLoader(load, max_batch_size=BATCH)

    @cached_property
    def assessments(self) -> DataLoader[str, tuple[Assessment, Score | None] | None]:
        """Assessments that the viewer may see, with their scores, by id."""

        async def load(ids: list[str]) -> list[tuple[Assessment, Score | None] | None]:
            async with self.budget.open_session(self.database) as session:
                rows = await assessment.assessments_by_id(session, ids, self.access)
            return [rows.get(id) for id in ids]

        return DataLoader(load, max_batch_size=BATCH)

    @cached_property
    def published(self) -> DataLoader[tuple[str, AssessmentKind], list[ScoredAssessment]]:
        """Published scores by region and kind, oldest first."""

        async def load(keys: list[tuple[str, AssessmentKind]]) -> list[list[ScoredAssessment]]:
            scores: dict[tuple[str, AssessmentKind], list[ScoredAssessment]] = {
                key: [] for key in keys
            }
            async with self.budget.open_session(self.database) as session:
                for kind in {kind for _, kind in keys}:
                    codes = [code for code, requested_kind in keys if requested_kind is kind]
                    for scored in await assessment.list_published_scores(
                        session, regions=codes, kind=kind
                    ):
                        scores[scored.assessment.region, kind].append(scored)
            return [scores[key] for key in keys]

        return DataLoader(load, max_batch_size=BATCH)

    @cached_property
    def score_texts(self) -> DataLoader[tuple[str, AssessmentKind, int | None], ScoreTexts]:
        """The published scores of an instrument, a kind and a year, or of all years."""

        async def load(keys: list[tuple[str, AssessmentKind, int | None]]) -> list[ScoreTexts]:
            async with self.budget.open_session(self.database) as session:
                return [
                    ScoreTexts(
                        await assessment.list_score_texts(
                            session, instrument=instrument, kind=kind, year=year
                        )
                    )
                    for instrument, kind, year in keys
                ]

        return DataLoader(load)

    @cached_property
    def region_sets(self) -> DataLoader[frozenset[str], dict[str, Region]]:
        """The regions of a large set of codes that are recorded, by code."""

        async def load(sets: list[frozenset[str]]) -> list[dict[str, Region]]:
            async with self.budget.open_session(self.database) as session:
                return [await region.regions_by_code(session, codes) for codes in sets]

        return DataLoader(load)

    @cached_property
    def training_set_digest(self) -> DataLoader[None, str]:
        """The digest of the corrections that the classifier has learned; the only key is None."""

        async def load(keys: list[None]) -> list[str]:
            async with self.budget.open_session(self.database) as session:
                return [await training_set.training_set_digest(session)] * len(keys)

        return DataLoader(load)

    @cached_property
    def inventories(self) -> DataLoader[str, RegionInventoryRecord]:
        """The recorded inventory of a region, by its code."""

        async def load(codes: list[str]) -> list[RegionInventoryRecord]:
            async with self.budget.open_session(self.database) as session:
                return [
                    await self.inventory_cache.load_region_inventory(session, code)
                    for code in codes
                ]

        return DataLoader(load)

    @cached_property
    def province_inventories(self) -> DataLoader[str, ProvinceInventory]:
        """The inventories of a province and of the regions within it, by the province's code."""

        async def load(codes: list[str]) -> list[ProvinceInventory]:
            async with self.budget.open_session(self.database) as session:
                return [
                    await inventory_line.load_province_inventory(session, code) for code in codes
                ]

        return DataLoader(load)

    @cached_property
    def account_names(self) -> DataLoader[str, str | None]:
        """The names of accounts by id; None if the account is unknown or erased."""

        async def load(ids: list[str]) -> list[str | None]:
            async with self.budget.open_session(self.database) as session:
                names = await account.account_names(session, ids)
            return [names.get(id) for id in ids]

        return DataLoader(load, max_batch_size=BATCH)

    @cached_property
    def account_sessions(self) -> DataLoader[str, list[SessionRecord]]:
        """The sessions of an account, by its id, newest first."""

        async def load(ids: list[str]) -> list[list[SessionRecord]]:
            async with self.budget.open_session(self.database) as session:
                rows = await stored_session.sessions_by_account(session, ids)
            return [rows.get(id, [])[:CREDENTIALS_MOST] for id in ids]

        return DataLoader(load, max_batch_size=BATCH)

    @cached_property
    def account_tokens(self) -> DataLoader[str, list[AccessToken]]:
        """The tokens of an account, by its id, newest first."""

        async def load(ids: list[str]) -> list[list[AccessToken]]:
            async with self.budget.open_session(self.database) as session:
                rows = await access_token.tokens_by_account(session, ids)
            return [rows.get(id, [])[:CREDENTIALS_MOST] for id in ids]

        return DataLoader(load, max_batch_size=BATCH)

    @cached_property
    def account_passkeys(self) -> DataLoader[str, list[Passkey]]:
        """The passkeys of an account, by its id, newest first."""

        async def load(ids: list[str]) -> list[list[Passkey]]:
            async with self.budget.open_session(self.database) as session:
                rows = await passkey.passkeys_by_account(session, ids)
            return [rows.get(id, []) for id in ids]

        return DataLoader(load, max_batch_size=BATCH)


LOADERS = tuple(name for name, value in vars(Loaders).items() if isinstance(value, cached_property))
