"""Calling the definition of an asset or computation as a function, in a test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import Any, Protocol

from holdfast.config.processing import read_config
from holdfast.config.scalars import NOT_GIVEN
from holdfast.config.types import Field
from holdfast.contexts import Resources
from holdfast.definitions.function import CONTEXT_NAMES, FunctionArguments, default_values
from holdfast.definitions.in_out import In, Out
from holdfast.definitions.output import DynamicOutput, Output
from holdfast.definitions.returning import ExpectedOutputs, Report
from holdfast.errors import InvalidConfigError, InvalidInvocationError, MissingResourceError, did_you_mean
from holdfast.keys import AssetKey
from holdfast.op_context import OpExecutionContext
from holdfast.partitions.definition import PartitionsDefinition
from holdfast.types.dagster_type import DagsterType, check_value
from holdfast.types.type_check import TypeCheckContext

__all__ = ["call_directly"]

_NO_KEYS: Mapping[str, AssetKey] = {}
_NOT_THERE: Any = object()


class _Computation(Protocol):
    """What is called: an `OpDefinition`, which imports this module."""

    @property
    def compute_fn(self) -> Callable[..., Any]: ...
    @property
    def arguments(self) -> FunctionArguments: ...
    @property
    def takes_inputs_together(self) -> bool: ...
    @property
    def ins(self) -> Mapping[str, In]: ...
    @property
    def outs(self) -> Mapping[str, Out]: ...
    @property
    def config_schema(self) -> Field: ...
    @property
    def required_resource_keys(self) -> frozenset[str]: ...
    @property
    def input_types(self) -> Mapping[str, DagsterType]: ...
    @property
    def output_types(self) -> Mapping[str, DagsterType]: ...


def call_directly(
    op: _Computation,
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    title: str,
    *,
    own_resources: Mapping[str, Any] | None = None,
    input_keys: Mapping[str, AssetKey] = _NO_KEYS,
    output_keys: Mapping[str, AssetKey] = _NO_KEYS,
    partitions_def: PartitionsDefinition | None = None,
) -> Any:
    """Call the function of a definition with checked config, resources, inputs and outputs, without a run.

    Args:
        op: the computation.
        args: the context first, if the function takes one; then inputs in order.
        kwargs: inputs, and the context, by name.
        title: the definition, for messages.
        own_resources: the resources that the definition brings.
        input_keys: the assets that inputs are.
        output_keys: the assets that outputs are.
        partitions_def: the partitions of these, if they have any.

    Returns:
        What the function returns, as it is; for a generator function, a generator that checks what it yields,
        and the like for one written with ``async``.

    Raises:
        InvalidInvocationError: the arguments do not fit the function.
        InvalidConfigError: the config of the context does not fit.
        MissingResourceError: the context lacks a resource.
        ResourceConflictError: the context has a resource that the definition brings.
        TypeCheckDidNotPass: an input or output is not of its type.
        InvariantViolationError: the outputs are not those of the definition.
    """
    if op.takes_inputs_together:
        raise InvalidInvocationError(f"{title} was not made by a decorator. Call its compute_fn instead.")
    given, inputs, keywords = _split(op, args, kwargs, title)
    values = _inputs(op, inputs, keywords, title)
    context = _context(op, given, title, own_resources or {}, input_keys, output_keys, partitions_def)
    checker = _Checker(op, title, context.resources)
    checker.inputs(values)
    arguments = (context,) if op.arguments.takes_context else ()
    return checker.returned(op.compute_fn(*arguments, **values))


def _split(
    op: _Computation, args: tuple[Any, ...], kwargs: Mapping[str, Any], title: str
) -> tuple[OpExecutionContext | None, tuple[Any, ...], Mapping[str, Any]]:
    if not op.arguments.takes_context:
        if args and isinstance(args[0], OpExecutionContext):
            raise InvalidInvocationError(f"{title} takes no context; leave it out.")
        return None, args, kwargs
    named = [name for name in kwargs if name in CONTEXT_NAMES and name not in op.ins]
    if named:
        kwargs = dict(kwargs)
        given = kwargs.pop(named[0])
    else:
        given, args = (args[0], args[1:]) if args else (_NOT_THERE, args)
    if not isinstance(given, OpExecutionContext | None):
        raise InvalidInvocationError(
            f"{title} takes a context: give build_op_context(...) as the first argument."
        )
    return given, args, kwargs


def _inputs(op: _Computation, args: tuple[Any, ...], kwargs: Mapping[str, Any], title: str) -> dict[str, Any]:
    names = op.arguments.names
    if len(args) > len(names):
        raise InvalidInvocationError(
            f"{title} takes {len(names)} inputs ({', '.join(names) or 'none'}) and was given {len(args)}. "
            "Inputs typed Nothing are left out."
        )
    values = dict(zip(names, args, strict=False))
    for name, value in kwargs.items():
        if name in values:
            raise InvalidInvocationError(f"{title} was given its input '{name}' twice.")
        if name in op.ins and op.ins[name].orders_only and name not in names:
            raise InvalidInvocationError(f"{title}: the input '{name}' only orders. Leave it out.")
        if name not in op.ins:
            raise InvalidInvocationError(f"{title} has no input '{name}'.{did_you_mean(name, op.ins)}")
        values[name] = value
    defaults = default_values(op.compute_fn)
    for name, inp in op.ins.items():
        if name in values or (inp.orders_only and name not in names):
            continue
        if inp.has_default:
            values[name] = inp.default_value
        elif name not in defaults:
            raise InvalidInvocationError(f"{title} needs a value for its input '{name}'.")
    return values


def _context(
    op: _Computation,
    given: OpExecutionContext | None,
    title: str,
    own_resources: Mapping[str, Any],
    input_keys: Mapping[str, AssetKey],
    output_keys: Mapping[str, AssetKey],
    partitions_def: PartitionsDefinition | None,
) -> OpExecutionContext:
    config = NOT_GIVEN if given is None or given.op_config is None else given.op_config
    config, problems = read_config(op.config_schema, config)
    if given is None and op.arguments.takes_context:
        for lacking, argument in ((problems, "config"), (op.required_resource_keys, "resources")):
            if lacking:
                raise InvalidInvocationError(
                    f"{title} needs {argument}: give build_op_context({argument}=...) as the first argument."
                )
    if problems and op.arguments.takes_context:
        raise InvalidConfigError(f"The config of {title} does not fit", problems)
    about: dict[str, Any] = {
        "op_def": op,
        "op_config": config,
        "input_keys": {name: input_keys.get(name) for name in op.ins},
        "output_keys": {name: output_keys.get(name) for name in op.outs},
        "selected": frozenset(output_keys.values()),
    }
    if given is None:
        return OpExecutionContext(**about)
    if given.partitions is not None and partitions_def is not None:
        about["partitions"] = partitions = partitions_def.subset(given.partitions)
        about["output_partitions"] = dict.fromkeys(output_keys, partitions)
    context = given.bound_to(own_resources, **about)
    for key in sorted(op.required_resource_keys):
        if key not in context.resources:
            hint = "In a test, build_op_context(resources=...) has it."
            raise MissingResourceError(key, title, context.resources, hint)
    return context


class _Checker:
    """Checks what goes into a call and what comes out."""

    def __init__(self, op: _Computation, title: str, resources: Resources) -> None:
        self._op = op
        self._title = title
        self._context = TypeCheckContext(resources=resources)
        self._expected = ExpectedOutputs(op.outs, op.outs, title)

    def inputs(self, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            self._check(f"Input '{name}'", self._op.input_types.get(name), value)

    def returned(self, result: Any) -> Any:
        """Return a result that is checked, or that is checked as it comes."""
        if isinstance(result, GeneratorType):
            return self._each(result)
        if isinstance(result, CoroutineType):
            return self._awaited(result)
        if isinstance(result, AsyncGeneratorType):
            return self._each_awaited(result)
        for _ in self._each(self._expected.items(result)):
            pass
        return result

    def _each(self, items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            yield self._item(item)
        self._expected.left_out()

    async def _each_awaited(self, items: AsyncIterator[Any]) -> AsyncIterator[Any]:
        async for item in items:
            yield self._item(item)
        self._expected.left_out()

    async def _awaited(self, result: Awaitable[Any]) -> Any:
        return self.returned(await result)

    def _item(self, item: Any) -> Any:
        if isinstance(item, Output | DynamicOutput):
            name = item.output_name
            self._expected.claim(item)
            self._check(f"Output '{name}'", self._op.output_types.get(name), item.value)
        elif not isinstance(item, Report):
            raise self._expected.no_output(item)
        return item

    def _check(self, what: str, dagster_type: DagsterType | None, value: Any) -> None:
        if dagster_type is not None:
            check_value(dagster_type, value, self._context, f"{what} of {self._title}")
