"""Hooks: functions that are told when a step has succeeded or failed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import attrs

from holdfast.argument_types import check_type
from holdfast.contexts import Resources
from holdfast.definitions.function import place_of, read_arguments
from holdfast.definitions.resource_keys import check_resource_keys
from holdfast.errors import (
    InvalidDefinitionError,
    InvalidInvocationError,
    InvariantViolationError,
    MissingResourceError,
)
from holdfast.events import Event, EventType
from holdfast.keys import check_name

__all__ = ["HookContext", "HookDefinition", "check_hooks", "failure_hook", "success_hook"]


@attrs.frozen(kw_only=True)
class HookContext:
    """What a hook is told of the step that ended; in a test, made by `build_hook_context`.

    Attributes:
        op_config: the config of the step's computation.
        op_exception: what the step raised, if it failed.
        op_output_values: the values of its outputs by name, those of a dynamic output by mapping key; of a
            step that failed, those it had made before.
        resources: the resources that the hook asked for.
        log: the logger of the run.
        instance: the instance the run belongs to.
    """

    _op: Any = attrs.field(default=None, alias="op")
    op_config: Any = None
    op_exception: BaseException | None = None
    op_output_values: Mapping[str, Any] = attrs.field(factory=dict)
    _step_key: str | None = attrs.field(default=None, alias="step_key")
    _run_id: str | None = attrs.field(default=None, alias="run_id")
    _job_name: str | None = attrs.field(default=None, alias="job_name")
    resources: Resources = attrs.field(factory=Resources)
    log: logging.Logger = attrs.field(factory=lambda: logging.getLogger("holdfast.run"))
    instance: Any = None
    _hook_def: HookDefinition | None = attrs.field(default=None, alias="hook_def")

    @property
    def op(self) -> Any:
        """The step's computation, an `OpDefinition` under the name of its node.

        Raises:
            InvariantViolationError: the context was made without it, as for the properties below.
        """
        return _given("op", self._op)

    @property
    def step_key(self) -> str:
        """The step."""
        return _given("step_key", self._step_key)  # type: ignore[no-any-return]

    @property
    def run_id(self) -> str:
        """The run."""
        return _given("run_id", self._run_id)  # type: ignore[no-any-return]

    @property
    def job_name(self) -> str:
        """The job that is run."""
        return _given("job_name", self._job_name)  # type: ignore[no-any-return]

    @property
    def hook_def(self) -> HookDefinition:
        """The hook."""
        return _given("hook_def", self._hook_def)  # type: ignore[no-any-return]

    @property
    def required_resource_keys(self) -> frozenset[str]:
        """The resources that the hook asked for, by key."""
        return self.hook_def.required_resource_keys


def _given(name: str, value: Any) -> Any:
    if value is None:
        raise InvariantViolationError(
            f"This HookContext has no {name}. In a test, give build_hook_context({name}=...)."
        )
    return value


def _keys(keys: Collection[str] | None) -> frozenset[str]:
    return check_resource_keys(keys, "HookDefinition")


@attrs.frozen(eq=False, kw_only=True)
class HookDefinition:
    """A function that is told how each attempt of a step ended; made by `success_hook` and `failure_hook`.

    Args:
        name: its name.
        hook_fn: a function of a `HookContext` and the events of the attempt, called after each. It returns
            ``False`` if these events are none of its business, which is recorded as skipped.
        required_resource_keys: the resources it uses, as ``context.resources``.
        decorated_fn: the function of a context alone that a test calls.

    Raises:
        InvalidNameError: the name breaks the naming rule.
        InvalidDefinitionError: ``hook_fn`` is no function, or the resource keys are no strings.
    """

    name: str
    hook_fn: Callable[[HookContext, Sequence[Event]], Any]
    required_resource_keys: frozenset[str] = attrs.field(default=None, converter=_keys)
    decorated_fn: Callable[[HookContext], Any] | None = None

    def __attrs_post_init__(self) -> None:
        check_name(self.name, "hook name")
        what = f"hook '{self.name}'"
        check_type(self.hook_fn, Callable, f"{what}: hook_fn", "a function")
        check_type(self.decorated_fn, Callable | None, f"{what}: decorated_fn", "a function")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the decorated function in a test.

        Args:
            *args: the context, of `build_hook_context`; ``None`` if nothing of it is needed.
            **kwargs: the same, by the name of the function's argument.

        Returns:
            What the function returns.

        Raises:
            InvalidInvocationError: this was not made by a decorator, or is not called with one context.
            MissingResourceError: the context lacks a resource.
        """
        import inspect  # 10 ms to import, and only tests call hooks

        function = self.decorated_fn
        if function is None:
            raise InvalidInvocationError(
                f"{self!r} was not made by success_hook or failure_hook. Call its hook_fn with a context and "
                "events."
            )
        try:
            (context,) = inspect.signature(function).bind(*args, **kwargs).arguments.values()
        except TypeError as error:
            raise InvalidInvocationError(
                f"{self!r} is called with one argument, a context of build_hook_context(): {error}."
            ) from None
        if not isinstance(context, HookContext | None):
            raise InvalidInvocationError(
                f"{self!r} is called with a context of build_hook_context(), not {context!r}."
            )
        context = context or HookContext()
        for key in sorted(self.required_resource_keys - set(context.resources)):
            hint = "In a test, build_hook_context(resources=...) has it."
            raise MissingResourceError(key, f"hook '{self.name}'", context.resources, hint)
        return function(context)

    def __repr__(self) -> str:
        return f"HookDefinition({self.name!r})"


def check_hooks(hook_defs: Collection[Any] | None, what: str) -> frozenset[HookDefinition]:
    """Return hooks as a set.

    Args:
        hook_defs: the hooks; none when ``None``.
        what: what they are for, for the message.

    Raises:
        InvalidDefinitionError: something is no hook.
    """
    if isinstance(hook_defs, HookDefinition) or not isinstance(hook_defs, Collection | None):
        raise InvalidDefinitionError(f"{what}: hooks are a set of hooks, not {hook_defs!r}.")
    for hook in hook_defs or ():
        if not isinstance(hook, HookDefinition):
            raise InvalidDefinitionError(
                f"{what}: {hook!r} is no hook. Decorate its function with success_hook or failure_hook."
            )
    return frozenset(hook_defs or ())


@attrs.frozen
class _On:
    kind: EventType
    function: Callable[[HookContext], Any]

    def __call__(self, context: HookContext, event_list: Sequence[Event]) -> bool:
        if not any(event.type is self.kind for event in event_list):
            return False
        self.function(context)
        return True


def success_hook(
    hook_fn: Callable[[HookContext], Any] | None = None,
    *,
    name: str | None = None,
    required_resource_keys: Collection[str] | None = None,
) -> Any:
    """Make the decorated function a hook that is told of steps that succeed; bare or with arguments.

    Args:
        hook_fn: the function of a `HookContext`, when used bare.
        name: the hook's name; the function's by default.
        required_resource_keys: the resources it uses, as ``context.resources``.

    Raises:
        InvalidNameError: the name breaks the naming rule.
        InvalidDefinitionError: the function does not take a context, and that alone.
    """
    return _decorate(EventType.STEP_SUCCESS, hook_fn, name, required_resource_keys)


def failure_hook(
    name: str | Callable[[HookContext], Any] | None = None,
    required_resource_keys: Collection[str] | None = None,
) -> Any:
    """Make the decorated function a hook that is told of steps that fail for good; bare or with arguments.

    Args:
        name: the hook's name, the function's by default; or the function, when used bare.
        required_resource_keys: the resources it uses, as ``context.resources``.

    Raises:
        InvalidNameError: the name breaks the naming rule.
        InvalidDefinitionError: the function does not take a context, and that alone.
    """
    if callable(name):
        return _decorate(EventType.STEP_FAILURE, name, None, required_resource_keys)
    return _decorate(EventType.STEP_FAILURE, None, name, required_resource_keys)


def _decorate(
    kind: EventType,
    function: Callable[[HookContext], Any] | None,
    name: str | None,
    required_resource_keys: Collection[str] | None,
) -> Any:
    def define(function: Callable[[HookContext], Any]) -> HookDefinition:
        own_name = name or str(getattr(function, "__name__", type(function).__name__))
        arguments = read_arguments(function, f"hook '{own_name}'")
        if not arguments.takes_context or arguments.names:
            raise InvalidDefinitionError(
                f"hook '{own_name}' ({place_of(function)}): the function takes one argument, called context."
            )
        return HookDefinition(
            name=own_name,
            hook_fn=_On(kind, function),
            required_resource_keys=_keys(required_resource_keys),
            decorated_fn=function,
        )

    return define if function is None else define(function)
