"""Asset keys and the names they are made of."""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence
from typing import Any, TypeAlias

from holdfast.errors import InvalidDefinitionError, InvalidNameError

__all__ = [
    "AssetKey",
    "CoercibleToAssetKey",
    "CoercibleToKeyPrefix",
    "check_group_name",
    "check_name",
    "key_prefix_parts",
]

_NAME = re.compile(r"[A-Za-z0-9_]+\Z")
_NAME_RULE = "use only letters, digits and _"
_RESERVED = frozenset(
    {
        "context",
        "conf",
        "config",
        "meta",
        "arg_dict",
        "dict",
        "input_arg_dict",
        "output_arg_dict",
        "int",
        "str",
    }
    | {"float", "bool", "type", *keyword.kwlist}
)


class AssetKey:
    """The identity of an asset: a sequence of strings, such as ``AssetKey(["warehouse", "orders"])``.

    Immutable, hashable, ordered by its parts. ``AssetKey("a") == AssetKey(["a"])``.

    Args:
        path: the parts, or one string for a key of one part. Any string may be a part; definitions made
            by decorators are stricter (see `check_name`).

    Raises:
        InvalidDefinitionError: ``path`` is empty or holds something else than strings.
    """

    __slots__ = ("_hash", "parts")

    parts: tuple[str, ...]
    """The key's parts as a tuple."""
    _hash: int

    def __init__(self, path: str | Sequence[str]) -> None:
        parts = (path,) if isinstance(path, str) else _parts(path)
        object.__setattr__(self, "parts", parts)
        object.__setattr__(self, "_hash", hash(parts))

    @property
    def path(self) -> list[str]:
        """The key's parts, as a new list."""
        return list(self.parts)

    @classmethod
    def from_user_string(cls, text: str) -> AssetKey:
        """Return the key that `to_user_string` prints as ``text``; every ``/`` separates two parts."""
        return cls(text.split("/"))

    @classmethod
    def from_coercible(cls, value: Any) -> AssetKey:
        """Return the key meant by a key, a string, a sequence of strings, or a definition of one asset.

        A string is one part: ``from_coercible("a/b")`` has the single part ``a/b``.

        Raises:
            InvalidDefinitionError: ``value`` is none of these.
        """
        if isinstance(value, AssetKey):
            return value
        if isinstance(value, str):
            return cls(value)
        key = getattr(value, "key", None)
        if isinstance(key, AssetKey):
            return key
        return cls(value)

    def to_user_string(self) -> str:
        """Return the parts joined with ``/``, as people write the key."""
        return "/".join(self.parts)

    def to_python_identifier(self) -> str:
        """Return the parts joined with ``__``, the name of the computation behind the asset."""
        return "__".join(self.parts)

    def with_prefix(self, prefix: CoercibleToKeyPrefix) -> AssetKey:
        """Return a new key with ``prefix`` in front."""
        return AssetKey((*key_prefix_parts(prefix), *self.parts))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"AssetKey is immutable; make a new one instead of setting {name!r}")

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return self.parts == other.parts if isinstance(other, AssetKey) else NotImplemented

    def __hash__(self) -> int:
        return self._hash

    def __lt__(self, other: AssetKey) -> bool:
        return self.parts < other.parts

    def __reduce__(self) -> tuple[Any, ...]:
        return AssetKey, (self.parts,)  # never the hash: strings hash differently in another process

    def __repr__(self) -> str:
        return f"AssetKey({list(self.parts)!r})"

    def __str__(self) -> str:
        return self.to_user_string()


CoercibleToAssetKey: TypeAlias = AssetKey | str | Sequence[str]
"""What may stand for an asset key: the key, its single part, or its parts."""

CoercibleToKeyPrefix: TypeAlias = str | Sequence[str]
"""What may stand for a key prefix: one part or several."""


def _parts(path: object) -> tuple[str, ...]:
    parts = tuple(path) if isinstance(path, Sequence) else ()
    if not parts or not all(isinstance(part, str) for part in parts):
        raise InvalidDefinitionError(
            f"An asset key is a string or a non-empty sequence of strings, not {path!r}."
        )
    return parts


def check_name(name: object, what: str = "asset name") -> str:
    """Return ``name`` if it may name a definition made by a decorator.

    Names match ``[A-Za-z0-9_]+`` and are neither Python keywords nor words that the asset API reserves.

    Args:
        name: the name to check.
        what: what it names, for the message.

    Raises:
        InvalidNameError: the name breaks the rule.
    """
    if not isinstance(name, str) or not _NAME.match(name):
        raise InvalidNameError(name, what, _NAME_RULE)
    if name in _RESERVED:
        raise InvalidNameError(name, what, f"{name!r} is a reserved word; add a suffix, such as '{name}_'")
    return name


def check_group_name(name: object, what: str = "group name") -> str:
    """Return ``name`` if it may name a group, or a resource: it matches ``[A-Za-z0-9_]+``.

    Args:
        name: the name to check.
        what: what it names, for the message.

    Raises:
        InvalidNameError: the name breaks the rule.
    """
    if not isinstance(name, str) or not _NAME.match(name):
        raise InvalidNameError(name, what, _NAME_RULE)
    return name


def key_prefix_parts(prefix: CoercibleToKeyPrefix | None, *, checked: bool = False) -> tuple[str, ...]:
    """Return a key prefix as a tuple of parts, empty for none.

    Args:
        prefix: one part, several, or ``None``.
        checked: hold each part to `check_name`.

    Raises:
        InvalidDefinitionError: the prefix is neither a string nor a sequence of strings.
        InvalidNameError: ``checked`` and a part breaks the naming rule.
    """
    if prefix is None:
        return ()
    if not isinstance(prefix, Sequence):  # which a string is too
        raise InvalidDefinitionError(f"A key prefix is a string or a sequence of strings, not {prefix!r}.")
    parts = (prefix,) if isinstance(prefix, str) else tuple(prefix)
    if checked:
        for part in parts:
            check_name(part, "key prefix")
    elif not all(isinstance(part, str) for part in parts):
        raise InvalidDefinitionError(f"A key prefix is a string or a sequence of strings, not {prefix!r}.")
    return parts
