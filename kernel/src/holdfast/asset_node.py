"""What the asset graph holds of each asset."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from holdfast.keys import AssetKey
from holdfast.partitions.definition import PartitionsDefinition

__all__ = ["AssetNode"]

_NO_TAGS: Mapping[str, str] = MappingProxyType({})


class AssetNode(NamedTuple):
    """One asset of an `AssetGraph`.

    Attributes:
        key: its key.
        upstream: the keys it reads or waits for, without duplicates.
        group: its group.
        kind: what makes it, such as ``"sql"``.
        tags: its labels.
        is_source: whether it is made elsewhere.
        place: where it is defined, as ``file:line``, for messages.
        definition: the `AssetsDefinition` or `SourceAsset`; several assets may share one.
        partitions_def: its partitions, if it has any; it may then read its own earlier ones.
    """

    key: AssetKey
    upstream: tuple[AssetKey, ...] = ()
    group: str = "default"
    kind: str | None = None
    tags: Mapping[str, str] = _NO_TAGS
    is_source: bool = False
    place: str = ""
    definition: Any = None
    partitions_def: PartitionsDefinition | None = None

    @property
    def partitioned(self) -> bool:
        """Whether it has partitions."""
        return self.partitions_def is not None
