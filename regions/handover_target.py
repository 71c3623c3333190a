"""The instance to which a region is handed over, as the owner of the region asks it."""

from __future__ import annotations

from dataclasses import dataclass

from regions import contract
from regions.contract import RemoteLogHead
from regions.contract.response_values import ContractViolation
from regions.endpoint_directory import Endpoint
from regions.peer import PeerConnection, PeerUnreachable, ProtocolError, RejectedByPeer

HEAD_SECONDS = 5.0  # for one response


class TargetUnreachable(Exception):
    """The instance gives no valid response; the message states why."""


@dataclass(frozen=True, slots=True)
class HandoverTarget:
    """The endpoint of an instance that is to own a region."""

    endpoint: Endpoint

    async def read_head(self, region: str) -> RemoteLogHead:
        """Return the head of the region's log at the instance.

        Raises:
            TargetUnreachable: the instance gives no valid response.
        """
        try:
            async with PeerConnection.open(self.endpoint) as peer:
                data = await peer.query(contract.HEAD, {"regionCode": region}, HEAD_SECONDS)
            return contract.parse_log_head(region, data)
        except (PeerUnreachable, ProtocolError, RejectedByPeer, ContractViolation) as failure:
            raise TargetUnreachable(str(failure)) from None
