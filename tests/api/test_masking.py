"""Masking of a failure that affects several items: the errors in the response and the log."""

from __future__ import annotations

import pytest
import strawberry
from strawberry.dataloader import DataLoader

from schema.masking import mask_errors


async def _fail(keys: list[int]) -> list[str]:
    raise RuntimeError(f"password=hunter{len(keys)}")


@strawberry.type
class Query:
    @strawberry.field
    async def words(self) -> list[str | None]:
        loader = DataLoader(_fail)
        return [loader.load(key) for key in range(3)]  # type: ignore[misc]

    @strawberry.field
    async def word(self) -> str | None:
        raise RuntimeError("password=hunter1")


async def test_a_failed_read_of_many_items_is_logged_as_one_bug(
    caplog: pytest.LogCaptureFixture,
) -> None:
    result = await strawberry.Schema(Query).execute("{ words word }")
    caplog.clear()  # Strawberry has logged the errors too, which our schema prevents
    masked = mask_errors(result.errors)
    assert sorted(str(error.path) for error in masked) == [
        "['word']",
        "['words', 0]",
        "['words', 1]",
        "['words', 2]",
    ]
    assert {error.message for error in masked} == {"internal error"}
    ids = {error.extensions["correlationId"] for error in masked}
    assert sorted(record.args[0] for record in caplog.records) == sorted(ids)
    assert len(ids) == 2
