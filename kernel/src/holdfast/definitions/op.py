"""The computation behind an asset: a function with named, described inputs and outputs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

import attrs

from holdfast.argument_types import is_text
from holdfast.config.configured import NamedConfigurable
from holdfast.config.types import Field, to_field
from holdfast.definitions.direct_call import call_directly
from holdfast.definitions.function import (
    FunctionArguments,
    default_values,
    description_of,
    name_of,
    read_arguments,
    type_hints,
)
from holdfast.definitions.in_out import PLAIN_INPUT, PLAIN_OUTPUT, UNSET, In, Out
from holdfast.definitions.invocation import Composition, Invocable, PendingNodeInvocation
from holdfast.definitions.output_hints import output_hints
from holdfast.definitions.resource_keys import check_resource_keys
from holdfast.definitions.tags import check_tags
from holdfast.errors import InvalidDefinitionError, did_you_mean
from holdfast.keys import check_name
from holdfast.lazy import lazy
from holdfast.policies import RetryPolicy, check_retry_policy
from holdfast.types.dagster_type import ANY_TYPE, DagsterType, DagsterTypeKind, Nothing
from holdfast.types.hints import check_dagster_type, known_type, resolve_type

__all__ = ["ANY_CONFIG", "OpDefinition", "op"]


@attrs.frozen
class _RawArguments(FunctionArguments):
    def __reduce__(self) -> str:
        return "RAW_ARGUMENTS"  # the one of this module, also in another process


RAW_ARGUMENTS = _RawArguments(takes_context=True, names=())
"""Of a function that takes the context and a dictionary of the inputs, as `OpDefinition` itself asks for."""


ANY_CONFIG = to_field(None, "OpDefinition")
"""Of a computation without a schema: any config, or none."""


_NO_HINTS: Mapping[str, Any] = MappingProxyType({})


def _schema(schema: Any) -> Field:
    return ANY_CONFIG if schema is None else to_field(schema, "OpDefinition")


def _ins(ins: Mapping[str, In] | None) -> Mapping[str, In]:
    return {} if ins is None else ins


def _outs(outs: Mapping[str, Out] | None) -> Mapping[str, Out]:
    return {"result": PLAIN_OUTPUT} if outs is None else outs


def _keys(keys: Collection[str] | None) -> frozenset[str]:
    return keys if isinstance(keys, frozenset) else check_resource_keys(keys, "OpDefinition")


def _tags(tags: Mapping[str, Any] | None) -> Mapping[str, str]:
    return check_tags(tags, "OpDefinition")


def _policy(policy: Any) -> RetryPolicy | None:
    return check_retry_policy(policy, "OpDefinition")


def _version(version: Any) -> str | None:
    if isinstance(version, str | None):
        return version
    raise InvalidDefinitionError(f"OpDefinition: a version is a string, not {version!r}.")


@attrs.frozen(eq=False, slots=False)
class OpDefinition(Invocable, NamedConfigurable):
    """A function with named inputs and outputs; made by `op`, and by `asset` for its function.

    Args:
        compute_fn: the function. Made by a decorator it is called with the context, if it takes one, and the
            inputs by name. Given here it takes the context and a dictionary of the inputs, and yields its
            outputs.
        name: its name, unique in a job.
        ins: the inputs by name, inputs that only order included.
        outs: the outputs by name; one called ``result`` by default.
        description: what it does.
        config_schema: the schema of its config; without one any config is accepted.
        required_resource_keys: the resources it uses.
        tags: labels; ``kind`` is what makes the asset, such as ``"sql"``.
        version: the version of its code.
        retry_policy: whether a failed attempt is tried again.
        arguments: what the signature of a decorated function says.

    Raises:
        InvalidNameError: a name breaks the naming rule.
        InvalidDefinitionError: an argument is of the wrong kind.
    """

    compute_fn: Callable[..., Any]
    name: str
    ins: Mapping[str, In] = attrs.field(default=None, converter=_ins)
    outs: Mapping[str, Out] = attrs.field(default=None, converter=_outs)
    description: str | None = attrs.field(default=None, validator=is_text)
    config_schema: Field = attrs.field(default=None, converter=_schema)
    required_resource_keys: frozenset[str] = attrs.field(default=None, converter=_keys)
    tags: Mapping[str, str] = attrs.field(default=None, converter=_tags)
    version: str | None = attrs.field(default=None, converter=_version)
    retry_policy: RetryPolicy | None = attrs.field(default=None, converter=_policy)
    arguments: FunctionArguments = attrs.field(default=RAW_ARGUMENTS, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not self.takes_inputs_together:
            return  # a decorator has checked what it was given
        check_name(self.name, "op name")
        what = f"op '{self.name}'"
        if not callable(self.compute_fn):
            raise InvalidDefinitionError(f"{what}: compute_fn is a function, not {self.compute_fn!r}.")
        for kind, parameter, given in ((In, "ins", self.ins), (Out, "outs", self.outs)):
            if not isinstance(given, Mapping):
                raise InvalidDefinitionError(
                    f"{what}: {parameter} is a mapping of names to {kind.__name__}, not {given!r}."
                )
            for name, each in given.items():
                if not isinstance(each, kind):
                    raise InvalidDefinitionError(
                        f"{what}: {parameter}['{name}'] is an {kind.__name__}, not {each!r}."
                    )
                check_name(name, "input name" if kind is In else "output name")

    @lazy
    def takes_any_config(self) -> bool:
        """Whether it has no schema for its config."""
        return self.config_schema is ANY_CONFIG

    @lazy
    def takes_inputs_together(self) -> bool:
        """Whether its function takes the context and one dictionary of all inputs."""
        return self.arguments is RAW_ARGUMENTS

    @lazy
    def type_hints(self) -> Mapping[str, Any]:
        """The annotations of the function: argument names, and ``return``."""
        return type_hints(self.compute_fn)

    @lazy
    def input_types(self) -> Mapping[str, DagsterType]:
        """The types of its inputs by name; of any value where one is missing here."""
        return self._types("input", self.ins, self.type_hints)

    @lazy
    def output_types(self) -> Mapping[str, DagsterType]:
        """The types of its outputs by name; of any value where one is missing here."""
        hint = self.type_hints.get("return", UNSET)
        hints = _NO_HINTS if hint is UNSET else output_hints(hint, self.outs)
        return self._types("output", self.outs, hints)

    def _types(
        self, what: str, described: Mapping[str, In | Out], hints: Mapping[str, Any]
    ) -> Mapping[str, DagsterType]:
        types = {}
        for name, each in described.items():
            hint = each.dagster_type
            if hint is UNSET:
                hint = hints.get(name, UNSET)
                if hint is UNSET:
                    continue
            found = known_type(hint) or resolve_type(hint, f"{what} '{name}' of {self!r}")
            if found is not ANY_TYPE:
                types[name] = found
        return types

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Inside a graph add a node to it; elsewhere call the function, for tests: see `call_directly`.

        Raises:
            InvalidInvocationError: the arguments do not fit the function.
            InvalidDefinitionError: inside a graph, an argument fits no input.
        """
        composition = Composition.current()
        if composition is not None:
            return composition.add(PendingNodeInvocation(self), args, kwargs)
        return call_directly(self, args, kwargs, repr(self))

    def __getstate__(self) -> dict[str, Any]:
        # What was worked out of its fields is worked out again, as types that stand for hints are compared by
        # identity.
        return {field.name: getattr(self, field.name) for field in attrs.fields(type(self))}

    def __repr__(self) -> str:
        return f"OpDefinition({self.name!r})"


def op(
    compute_fn: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    ins: Mapping[str, In] | None = None,
    out: Out | Mapping[str, Out] | None = None,
    config_schema: Any = None,
    required_resource_keys: Collection[str] | None = None,
    tags: Mapping[str, Any] | None = None,
    version: str | None = None,
    retry_policy: RetryPolicy | None = None,
) -> Any:
    """Make the decorated function an `OpDefinition`; used bare or with arguments.

    Args:
        compute_fn: the function, when used bare.
        name: its name; the function's by default.
        description: what it does; the function's docstring by default.
        ins: what is to be said of its arguments, and inputs that only order, typed `Nothing`.
        out: its output, or its outputs by name; by default one called ``result``.
        config_schema: the schema of its config; without one any config is accepted.
        required_resource_keys: the resources it uses, as ``context.resources``.
        tags: labels; values that are no strings become JSON and must survive it.
        version: the version of its code.
        retry_policy: whether a failed attempt is tried again.

    Raises:
        InvalidNameError: a name breaks the naming rule.
        InvalidDefinitionError: the arguments contradict each other or the function.
    """
    if compute_fn is None:
        options = {option: value for option, value in locals().items() if option != "compute_fn"}
        return lambda function: op(function, **options)
    if not isinstance(ins, Mapping | None):
        raise InvalidDefinitionError(f"op: ins is a mapping of names to In, not {ins!r}.")
    own_name = check_name(name or name_of(compute_fn, "op"), "op name")
    what = f"op '{own_name}'"
    arguments = read_arguments(compute_fn, what)
    defined = OpDefinition(
        compute_fn,
        own_name,
        _declared_ins(compute_fn, arguments, ins or {}, what),
        _declared_outs(out, what),
        description or description_of(compute_fn),
        None if config_schema is None else to_field(config_schema, what),
        check_resource_keys(required_resource_keys, what),
        check_tags(tags, what),
        version,
        check_retry_policy(retry_policy, what),
        arguments=arguments,
    )
    if len(type_hints(compute_fn)) < len(getattr(compute_fn, "__annotations__", ())):
        return defined  # an annotation names what is not defined yet; it will be when the op runs
    _check_defaults(defined, what)
    ins, outs = _typed(defined.ins, defined.input_types), _typed(defined.outs, defined.output_types)
    return attrs.evolve(defined, ins=ins, outs=outs)


def _check_defaults(defined: OpDefinition, what: str) -> None:
    for name, inp in defined.ins.items():
        dagster_type = defined.input_types.get(name, ANY_TYPE)
        if inp.has_default and dagster_type.kind is DagsterTypeKind.SCALAR:
            verdict = check_dagster_type(dagster_type, inp.default_value)
            if not verdict.success:
                raise InvalidDefinitionError(
                    f"{what}: the default of the input '{name}' is not of its type: {verdict.description}."
                )


_Described = TypeVar("_Described", In, Out)


def _typed(described: Mapping[str, _Described], types: Mapping[str, DagsterType]) -> dict[str, _Described]:
    """Say of each input or output which type it has; what is typed `Nothing` is known by that."""
    return {
        name: each
        if each.dagster_type is Nothing
        else attrs.evolve(each, dagster_type=types.get(name, ANY_TYPE))
        for name, each in described.items()
    }


def _declared_ins(
    function: Callable[..., Any], arguments: FunctionArguments, ins: Mapping[str, In], what: str
) -> dict[str, In]:
    for name, inp in ins.items():
        check_name(name, "input name")
        if not isinstance(inp, In):
            raise InvalidDefinitionError(f"{what}: ins['{name}'] is an In, not {inp!r}.")
        if name not in arguments.names and not arguments.any_keyword and not inp.orders_only:
            raise InvalidDefinitionError(
                f"{what}: ins names '{name}', which is no argument of the function."
                f"{did_you_mean(name, arguments.names)} Only inputs typed Nothing are not arguments."
            )
        if inp.orders_only and name in arguments.names:
            raise InvalidDefinitionError(
                f"{what}: ins['{name}'] is typed Nothing and loads nothing, but the function has an "
                "argument of this name. Leave out the argument."
            )
    defaults = default_values(function)
    declared = {}
    for name in arguments.names:
        inp = ins.get(name, PLAIN_INPUT)
        if name in defaults and not inp.has_default:
            inp = attrs.evolve(inp, default_value=defaults[name])
        declared[check_name(name, "input name")] = inp
    return {**declared, **{name: inp for name, inp in ins.items() if name not in declared}}


def _declared_outs(out: Out | Mapping[str, Out] | None, what: str) -> dict[str, Out]:
    if out is None:
        return {"result": PLAIN_OUTPUT}
    if isinstance(out, Out):
        return {"result": out}
    if not isinstance(out, Mapping):
        raise InvalidDefinitionError(f"{what}: out is an Out or a mapping of names to Out, not {out!r}.")
    for name, each in out.items():
        check_name(name, "output name")
        if not isinstance(each, Out):
            raise InvalidDefinitionError(f"{what}: out['{name}'] is an Out, not {each!r}.")
    return dict(out)
