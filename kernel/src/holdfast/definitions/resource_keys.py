"""The keys of the resources that something requires."""

from __future__ import annotations

from collections.abc import Collection

from holdfast.errors import InvalidDefinitionError

__all__ = ["check_resource_keys"]


def check_resource_keys(keys: Collection[str] | None, what: str) -> frozenset[str]:
    """Return the keys of required resources as a set.

    Args:
        keys: the keys; none when ``None``.
        what: who requires them, for the message.

    Raises:
        InvalidDefinitionError: they are one string, no collection, or hold something else than strings.
    """
    if isinstance(keys, frozenset) and not keys:
        return keys
    if isinstance(keys, str) or not isinstance(keys, Collection | None):
        raise InvalidDefinitionError(f"{what}: required_resource_keys is a set of strings, not {keys!r}.")
    checked = frozenset(keys or ())
    for key in checked:
        if not isinstance(key, str):
            raise InvalidDefinitionError(f"{what}: a resource key is a string, not {key!r}.")
    return checked
