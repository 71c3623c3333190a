"""Executes the operations of one socket within the budget of its client.

Queries, mutations and the events of subscriptions take turns, in their order, on a few slots. An
instance that follows a log is not refused but paced, on a budget of its own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias

from graphql import OperationType
from strawberry.schema import BaseSchema
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.utils.aio import aclosing

from engine.model import Role, Viewer
from hub.admission.client import client_key
from hub.admission.client_budgets import ClientBudgets
from hub.admission.operation_prices import priced_operation
from hub.transport.shared_subscription import SubscriptionSharing
from hub.transport.socket_connection import SocketConnection
from hub.transport.socket_operations import SocketOperations
from hub.transport.socket_sink import SocketSink
from hub.transport.subscriber import SubscriberAccount
from hub.transport.subscription_budget import FEED_PREFIX, is_feed, wait_for_budget
from hub.transport.websocket_protocol import FrameProtocol
from resolvers.cpu_meter import CpuMeter, run_metered
from schema.masking import mask_errors

if TYPE_CHECKING:
    from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import Operation

    SocketOperation: TypeAlias = Operation[SocketConnection, None]


class SocketExecutor:
    """Executes the operations of one viewer's socket.

    Attributes:
        viewer: asks for them.
        client: pays for them.
        mutations: those that have begun, which are never cancelled.
    """

    def __init__(
        self,
        schema: BaseSchema,
        connection: SocketConnection,
        viewer: Viewer,
        held: SocketOperations,
        protocol: FrameProtocol | None,
    ) -> None:
        self._schema = schema
        self._connection = connection
        self.viewer = viewer
        self._held = held
        self._protocol = protocol  # None: another server's, where subscriptions are not shared
        self.client = client_key(viewer, connection.address)
        self.mutations: set[SocketOperation] = set()

    async def run(self, operation: SocketOperation) -> None:
        """Execute an operation within the budget of its client, and send its results.

        Raises:
            ClientBudgetExhausted: the client has no CPU time left.
            OperationTooComplex: the operation has used its CPU time.
        """
        admission, sharing = self._connection.admission, self._connection.sharing
        kind = self._held.operation_type(operation.query, operation.operation_name)
        if kind is None:  # it is invalid, which its results state
            admission.budgets.check(self.client)
            await self._send_paced(operation, admission.budgets, self.client)
            return
        document = priced_operation(operation.query, operation.operation_name, self._held.documents)
        if self.viewer.role is not Role.PUBLIC and is_feed(document):
            await self._send_paced(operation, admission.feeds, FEED_PREFIX + self.client)
        elif kind is not OperationType.SUBSCRIPTION:
            async with self._held.slots, admission.execution(self.client, document) as meter:
                if kind is OperationType.MUTATION:
                    self.mutations.add(operation)
                try:
                    await run_metered(self._send_results(operation), meter)
                finally:
                    self.mutations.discard(operation)
        else:
            admission.budgets.check(self.client)
            if sharing is None or self._protocol is None:
                await self._send_paced(operation, admission.budgets, self.client)
            else:
                await self._subscribe(operation, sharing, self._protocol)

    async def _subscribe(
        self,
        operation: SocketOperation,
        sharing: SubscriptionSharing,
        protocol: FrameProtocol,
    ) -> None:
        arguments = (operation.query, operation.variables, operation.operation_name)
        shared = sharing.find_or_create_shared(self.viewer, *arguments)
        protocol.record.subscriptions += 1
        is_anonymous = self.viewer.role is Role.PUBLIC
        account = SubscriberAccount(self.client, is_anonymous, self._held.slots)
        sink = SocketSink(operation, protocol, account)
        shared.group.join(sink, shared.start, shared.open)
        try:
            await sink.wait_until_ended()
        finally:
            shared.group.leave(sink)

    async def _send_paced(
        self, operation: SocketOperation, budgets: ClientBudgets, client: str
    ) -> None:
        """Execute an operation step by step, and wait where its client has no CPU time left."""
        meter = CpuMeter(client)

        async def pace() -> None:
            budgets.charge(client, meter.seconds)
            meter.seconds = 0.0
            await wait_for_budget(budgets, client)

        await pace()
        try:
            await run_metered(self._send_results(operation, pace), meter)
        finally:
            budgets.charge(client, meter.seconds)

    async def _send_results(
        self,
        operation: SocketOperation,
        after_each: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        results = await self._schema.stream(
            operation.query,
            variable_values=operation.variables,
            context_value=self._connection.context_factory(self.viewer),
            operation_name=operation.operation_name,
        )
        async with aclosing(results):
            async for result in results:
                if isinstance(result, PreExecutionError):
                    await operation.send_initial_errors(mask_errors(result.errors))
                    return
                assert isinstance(result, ExecutionResult)  # @defer and @stream are off
                result.errors = mask_errors(result.errors) or None
                await operation.send_next(result)
                if after_each is not None:
                    await after_each()
        await operation.send_operation_message({"id": operation.id, "type": "complete"})
