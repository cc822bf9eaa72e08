"""Properties that are worked out once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

__all__ = ["lazy"]

T = TypeVar("T")


class lazy(Generic[T]):  # noqa: N801 - used like a function, as property is
    """A property that is worked out when it is first asked for, and kept in the object's ``__dict__``.

    As `functools.cached_property` is since Python 3.12: before that it takes a lock each first time, which
    costs more than what is worked out for each of thousands of assets. Two threads may both work it out; it
    must not matter whose result is kept.

    Args:
        function: what works it out.
    """

    def __init__(self, function: Callable[[Any], T]) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, obj: None, owner: type) -> lazy[T]: ...

    @overload
    def __get__(self, obj: object, owner: type) -> T: ...

    def __get__(self, obj: object | None, owner: type) -> lazy[T] | T:
        if obj is None:
            return self
        value = obj.__dict__[self._name] = self._function(obj)
        return value
