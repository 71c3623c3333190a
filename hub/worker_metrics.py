"""The metrics of several workers behind one port, in one answer.

A scrape reaches one of them, another one the next time. What each has to tell it therefore writes to
a file now and then, and whoever is asked tells it all, with the worker's process id as a label.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

WRITE_SECONDS = 1.0
FORGET_SECONDS = 10.0  # after which a worker that writes nothing is not told of: it has ended

logger = logging.getLogger(__name__)


class WorkerMetrics(Collector):
    """The metrics of all workers that write to one folder."""

    def __init__(self, folder: Path, own: Callable[[], bytes]) -> None:
        self._folder = folder
        self._own = own

    async def run(self) -> None:
        """Write this worker's own now and then, until cancelled."""
        while True:
            try:
                self.write()
            except OSError:  # as of a full disk, which is no reason to serve less
                logger.exception("the metrics of this worker cannot be written")
            await asyncio.sleep(WRITE_SECONDS)

    def write(self) -> None:
        """Write this worker's own as they are."""
        path = self._folder / f"{os.getpid()}.txt"
        unfinished = path.with_suffix(".new")
        unfinished.write_bytes(self._own())
        unfinished.replace(path)

    def collect(self) -> Iterator[Metric]:
        families: dict[str, Metric] = {}
        for path in sorted(self._folder.glob("*.txt")):
            if path.stat().st_mtime < time.time() - FORGET_SECONDS:
                continue
            for told in text_string_to_metric_families(path.read_text()):
                family = Metric(told.name, told.documentation, told.type)
                family = families.setdefault(told.name, family)
                for name, labels, value, *_ in told.samples:
                    family.add_sample(name, {"worker": path.stem, **labels}, value)
        yield from families.values()

    def text(self) -> bytes:
        """Return what all workers tell, in Prometheus' text format."""
        self.write()
        registry = CollectorRegistry()
        registry.register(self)
        return generate_latest(registry)
