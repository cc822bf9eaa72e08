"""What became of the partitions of an asset."""

from __future__ import annotations

from typing import Any

from holdfast.asset_node import AssetNode
from holdfast.partition_choice import Moment
from holdfast.partitions.definition import PartitionsSubset

__all__ = ["COUNTS", "PartitionStates"]

COUNTS = ("materialized", "failed", "missing", "total")
"""What is counted of the partitions of an asset."""


class PartitionStates:
    """The partitions of an asset, by what became of them.

    Args:
        node: the asset.
        moment: when, and who knows what became of them.

    Attributes:
        all: all there are.
        failed: those that were to be made since they were last made, and failed.
        made: those that are made, and not to be made again for having failed.
        missing: those that were never made, nor failed.
    """

    def __init__(self, node: AssetNode, moment: Moment) -> None:
        assert node.partitions_def is not None
        definition = moment.still(node.partitions_def)
        self._node = node
        self.all: PartitionsSubset = definition.all()
        self.failed = moment.failed(node.key, definition) & self.all
        self.made = (moment.made(node.key, definition) & self.all) - self.failed
        self.missing = self.all - self.made - self.failed

    def status(self, key: str) -> str:
        """Return what became of a partition, in a word."""
        return "failed" if key in self.failed else "materialized" if key in self.made else "missing"

    def to_json(self) -> dict[str, Any]:
        """Return how many there are of each as a dictionary that JSON can hold."""
        return {
            "key": str(self._node.key),
            "partitions": str(self._node.partitions_def),
            "materialized": len(self.made),
            "failed": len(self.failed),
            "missing": len(self.missing),
            "total": len(self.all),
        }
