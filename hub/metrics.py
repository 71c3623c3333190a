"""The metrics at /metrics, in Prometheus' text format."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import aclosing, nullcontext
from pathlib import Path

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from engine.log.source import SourceState
from hub.replication import acquire_file_lock
from hub.transport.event_stream import OPEN_STREAMS
from hub.transport.refusing_protocol import REFUSED_REQUESTS
from hub.transport.websocket_log import CLOSED_SOCKETS
from hub.transport.websocket_protocol import CONNECTION_COUNTS
from realtime.fanout import Fanout
from realtime.tail import GapError
from resolvers.context import Instance
from storage import ownership

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LAG_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
COUNT_SECONDS = 5.0

logger = logging.getLogger(__name__)


class SubscriptionCollector(Collector):
    """Collects the counters and states of a process at the time of the scrape."""

    def __init__(self, fanout: Fanout, instance: Instance, owned_regions: OwnedRegionCount) -> None:
        self._fanout = fanout
        self._instance = instance
        self._owned_regions = owned_regions

    def collect(self) -> Iterator[Metric]:
        fanout = self._fanout
        yield _gauge(
            "arrival", "Newest arrival that subscribers can see.", self._instance.tail.newest
        )
        tail = self._instance.tail
        counts, broker = tail.counts, tail.broker
        yield _gauge("broker_up", "1 while the broker is reachable.", broker.reachable)
        yield _counter(
            "broker_fallbacks",
            "Times the broker failed and the database was read instead.",
            broker.fallbacks,
        )
        yield _counter(
            "arrivals_taken", "Arrivals received from the broker.", counts.arrivals_received
        )
        yield _counter("arrivals_read", "Arrivals read from the database.", counts.arrivals_read)
        yield _counter("arrival_reads", "Queries to the database for arrivals.", counts.queries)
        yield _gauge("sockets", "Open WebSockets.", CONNECTION_COUNTS.sockets)
        yield _gauge("streams", "Open subscriptions over HTTP.", len(OPEN_STREAMS))
        yield _gauge(
            "subscription_groups", "Groups of identical subscriptions.", len(fanout.groups)
        )
        yield _gauge("subscribers", "Subscribers in these groups.", fanout.subscribers)
        yield _counter(
            "subscription_executions", "Executions of an event for a group.", fanout.executions
        )
        yield _counter(
            "subscriptions", "Started shared subscriptions.", fanout.subscriptions_started
        )
        yield _counter(
            "subscriptions_resumed",
            "Shared subscriptions that resumed after a cursor.",
            fanout.subscriptions_resumed,
        )
        yield _counter(
            "messages", "Messages sent to shared subscriptions.", CONNECTION_COUNTS.messages
        )
        yield _counter("message_bytes", "Bytes of these messages.", CONNECTION_COUNTS.bytes)
        conflated = CONNECTION_COUNTS.conflated
        yield _counter(
            "messages_conflated",
            "Messages replaced by newer ones before they were sent.",
            conflated,
        )
        yield _counter(
            "sockets_given_up",
            "WebSockets closed because the peer read too slowly.",
            CONNECTION_COUNTS.unresponsive_sockets,
        )
        closed_sockets = CounterMetricFamily(
            "simpul_sockets_ended", "Closed WebSockets, by close code.", labels=["code"]
        )
        for code, count in CLOSED_SOCKETS.items():
            closed_sockets.add_metric([code], count)
        yield closed_sockets
        refused_requests = CounterMetricFamily(
            "simpul_requests_refused",
            "HTTP requests that the client may send again later, by code.",
            labels=["code"],
        )
        for code, count in REFUSED_REQUESTS.items():
            refused_requests.add_metric([code], count)
        yield refused_requests
        yield from _source_metrics(self._instance, self._owned_regions)
        given_up = CONNECTION_COUNTS.unresponsive_streams
        yield _counter(
            "streams_given_up", "Streams closed because the peer read too slowly.", given_up
        )


class DeliveryLag:
    """Measures the time from a commit until this process can deliver it to subscribers."""

    def __init__(self) -> None:
        self.seconds = Histogram(
            "simpul_lag_seconds",
            "From an arrival's time until this process can deliver it to its subscribers.",
            buckets=LAG_BUCKETS,
            registry=None,
        )

    async def run(self, instance: Instance) -> None:
        """Observe each arrival as a subscriber does, until cancelled."""
        while True:
            try:
                async with aclosing(instance.tail.follow(instance.tail.newest)) as pages:
                    async for page in pages:
                        now = instance.clock()
                        for arrival in page:
                            self.seconds.observe(max(0.0, (now - arrival.at).total_seconds()))
            except GapError:  # a new epoch has begun
                continue


class OwnedRegionCount:
    """The number of regions that the instance owns.

    Only one worker counts them, so that the sum over all workers is correct.
    """

    def __init__(self, metrics_folder: Path | None = None) -> None:
        self.regions = 0
        self._folder = metrics_folder

    async def run(self, instance: Instance) -> None:
        """Count the owned regions every few seconds, until cancelled."""
        async with (
            acquire_file_lock(self._folder / "owned.lock") if self._folder else nullcontext()
        ):
            while True:
                try:
                    await self.count(instance)
                except Exception:
                    logger.exception("the owned regions cannot be counted")
                await asyncio.sleep(COUNT_SECONDS)

    async def count(self, instance: Instance) -> None:
        """Count the owned regions once."""
        async with instance.database.read_reserved() as session:
            self.regions = await ownership.count_owned_regions(session)


def render_metrics(
    fanout: Fanout, instance: Instance, lag: DeliveryLag, owned_regions: OwnedRegionCount
) -> bytes:
    """Return all metrics of this process in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(SubscriptionCollector(fanout, instance, owned_regions))
    registry.register(lag.seconds)
    return generate_latest(registry)


def _source_metrics(instance: Instance, owned_regions: OwnedRegionCount) -> Iterator[Metric]:
    """Yield the metrics of regions; without replication and counting, a worker yields zeros."""
    now = instance.clock()
    states = GaugeMetricFamily(
        "simpul_sources", "Regions that the instance owns or follows, by state.", labels=["state"]
    )
    lag = GaugeMetricFamily(
        "simpul_source_lag_seconds",
        "Time since the copy of a region was last complete.",
        labels=["region"],
    )
    sources = list(instance.sources_by_region.values())
    for state in SourceState:
        followed = sum(source.state_at(now) is state for source in sources)
        states.add_metric(
            [state.value], owned_regions.regions if state is SourceState.OWNED else followed
        )
    for source in sources:
        if source.as_of is not None:
            lag.add_metric([source.region], max(0.0, (now - source.as_of).total_seconds()))
    yield from (states, lag)


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"simpul_{name}", meaning, value=value)


def _counter(name: str, meaning: str, value: float) -> Metric:
    return CounterMetricFamily(f"simpul_{name}", meaning, value=value)
