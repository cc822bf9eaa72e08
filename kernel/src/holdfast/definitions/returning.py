"""From what a function returned or yields to outputs, held against those that it was to make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import GeneratorType
from typing import Any, Generic, Protocol, TypeVar

import attrs

from holdfast.definitions.in_out import Out
from holdfast.definitions.output import DynamicOutput, Output
from holdfast.errors import InvariantViolationError, MissingOutputError, did_you_mean
from holdfast.reports import AssetMaterialization, AssetObservation, ExpectationResult

__all__ = ["ExpectedOutputs", "Report"]

Report = AssetMaterialization | AssetObservation | ExpectationResult
"""What user code may say beside its outputs."""

_NO_KEYS: Mapping[str, tuple[str, ...]] = {}


class _Expected(Protocol):
    @property
    def is_dynamic(self) -> bool: ...

    @property
    def is_required(self) -> bool: ...


T = TypeVar("T", bound=_Expected)
Given = TypeVar("Given", bound="Output[Any] | DynamicOutput[Any]")


class ExpectedOutputs(Generic[T]):
    """The outputs that a computation may make, and those it has made so far.

    Args:
        outs: the outputs of its definition.
        expected: by name, what is to be made of them; what is left out here is made for nobody.
        title: the computation, for messages.

    Attributes:
        mapping_keys: by dynamic output, the keys of the values that it made.
    """

    def __init__(self, outs: Mapping[str, Out], expected: Mapping[str, T], title: str) -> None:
        self._outs = outs
        self._expected = expected
        self._missing = dict(expected)
        self._title = title
        self.mapping_keys = _NO_KEYS

    def items(self, result: Any) -> Iterable[Any]:
        """Return what a function made: `Output`, `DynamicOutput` and `Report` objects.

        Args:
            result: what the function returned; a generator is one that yields its items itself.

        Raises:
            InvariantViolationError: the result is not of the form that the outputs ask for.
        """
        outs = self._outs
        if isinstance(result, GeneratorType):
            return result
        if len(outs) > 1:
            return self._together(result)
        if not outs:
            return self._nothing(result)
        ((name, out),) = outs.items()
        if out.is_dynamic:
            return self._each(name, result)
        if isinstance(result, Output | DynamicOutput):
            return (self._placed(name, result),)
        if result is None and not out.is_required:
            return ()
        return (Output(result, name),)

    def claim(self, output: Output[Any] | DynamicOutput[Any]) -> T:
        """Return what is to be made of an output, which is then made.

        Raises:
            InvariantViolationError: there is no such output, it is dynamic and this is not or the other way
                round, or it was made already.
        """
        name = output.output_name
        dynamic = isinstance(output, DynamicOutput)
        found = self._missing.get(name) if dynamic else self._missing.pop(name, None)
        if found is None:
            raise InvariantViolationError(self._unexpected(name))
        if found.is_dynamic is not dynamic:
            raise InvariantViolationError(
                f"{self._title} made a DynamicOutput of '{name}', which is not dynamic. Make an Output, or "
                "declare it as DynamicOut."
                if dynamic
                else f"{self._title} made an Output of the dynamic output '{name}'. Make a DynamicOutput of "
                "each value, with a mapping key."
            )
        if isinstance(output, DynamicOutput):
            made = self.mapping_keys.get(name, ())
            if output.mapping_key in made:
                raise InvariantViolationError(
                    f"{self._title} made the output '{name}' twice for the mapping key "
                    f"'{output.mapping_key}'."
                )
            self.mapping_keys = {**self.mapping_keys, name: (*made, output.mapping_key)}
        return found

    def no_output(self, item: object) -> InvariantViolationError:
        """Return the error that what was yielded is neither an output nor a report."""
        return InvariantViolationError(
            f"{self._title} yielded {item!r}. A generator yields Output(value, output_name), DynamicOutput, "
            "AssetMaterialization, AssetObservation or ExpectationResult."
        )

    def left_out(self) -> tuple[str, ...]:
        """Return the names of the outputs that were not made and need not be.

        Raises:
            MissingOutputError: one need be.
        """
        names = []
        for name, expected in self._missing.items():
            if expected.is_dynamic:
                self.mapping_keys = {name: (), **self.mapping_keys}
            elif expected.is_required:
                raise MissingOutputError(self._title, name)
            else:
                names.append(name)
        return tuple(names)

    def _together(self, result: Any) -> Iterator[Any]:
        names = list(self._outs)
        if not isinstance(result, tuple) or len(result) != len(names):
            got = f"a tuple of {len(result)}" if isinstance(result, tuple) else f"a {type(result).__name__}"
            raise InvariantViolationError(
                f"{self._title} makes {len(names)} outputs ({', '.join(names)}) and returned {got}. "
                "Return a tuple of values in this order, or yield an Output for each."
            )
        for name, value in zip(names, result, strict=True):
            if self._outs[name].is_dynamic:
                yield from self._each(name, value)
            elif isinstance(value, Output | DynamicOutput):
                yield self._placed(name, value)
            elif name in self._expected and (value is not None or self._expected[name].is_required):
                yield Output(value, name)

    def _nothing(self, result: Any) -> tuple[()]:
        if result is not None:
            raise InvariantViolationError(f"{self._title} has no outputs and returned {result!r}.")
        return ()

    def _placed(self, name: str, output: Given) -> Given:
        """Return an output under the name of its place, which it takes when it names none of its own."""
        if output.output_name == name:
            return output
        if output.output_name != "result":
            raise InvariantViolationError(
                f"{self._title} returned an output '{output.output_name}' in the place of '{name}'. The "
                f"order is {', '.join(self._outs)}."
            )
        return attrs.evolve(output, output_name=name)

    def _each(self, name: str, values: Any) -> list[DynamicOutput[Any]]:
        if not isinstance(values, list) or not all(isinstance(each, DynamicOutput) for each in values):
            raise InvariantViolationError(
                f"{self._title}: return a list of DynamicOutput for the dynamic output '{name}', not "
                f"{values!r}."
            )
        return [self._placed(name, each) for each in values]

    def _unexpected(self, name: str) -> str:
        if name not in self._outs:
            return (
                f"{self._title} yielded an output '{name}', which its definition does not have."
                f"{did_you_mean(name, self._outs)}"
            )
        return f"{self._title} yielded the output '{name}' more than once."
