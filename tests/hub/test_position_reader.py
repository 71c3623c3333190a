"""The shared reads of the newest position: none is older than its request."""

from __future__ import annotations

import asyncio

from hub.position_reader import PositionReader
from storage.arrival import ArrivalPosition


async def test_requests_during_a_read_share_the_next_one() -> None:
    reads: list[asyncio.Future[ArrivalPosition]] = []

    async def read() -> ArrivalPosition:
        reads.append(asyncio.get_running_loop().create_future())
        return await reads[-1]

    reader = PositionReader(read)
    first = [asyncio.create_task(reader.newest_position()) for _ in range(2)]
    await asyncio.sleep(0.01)
    during = [asyncio.create_task(reader.newest_position()) for _ in range(3)]
    await asyncio.sleep(0.01)
    assert len(reads) == 1
    older, newer = ArrivalPosition("epoch", 1, 0), ArrivalPosition("epoch", 2, 0)
    reads[0].set_result(older)
    assert await asyncio.gather(*first) == [older, older]
    await asyncio.sleep(0.01)
    reads[1].set_result(newer)
    assert await asyncio.gather(*during) == [newer] * 3
    assert len(reads) == 2
