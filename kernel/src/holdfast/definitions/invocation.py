"""Using computations and graphs inside a graph: what a call there gives, and what it can be passed on to.

While a function decorated as a graph or job runs, calling a computation does not run it: it adds a node to
the graph and gives handles to its outputs, which other calls take as arguments.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import attrs

from holdfast.definitions.dependencies import (
    Dependency,
    DependencyDefinition,
    DynamicCollectDependencyDefinition,
    GraphInput,
    MultiDependencyDefinition,
    NodeInvocation,
)
from holdfast.definitions.hook import HookDefinition, check_hooks
from holdfast.definitions.tags import NO_TAGS, check_tags
from holdfast.errors import InvalidDefinitionError, did_you_mean
from holdfast.keys import check_name
from holdfast.policies import RetryPolicy, check_retry_policy

if TYPE_CHECKING:  # only what is invoked, which inherits from this module
    from holdfast.definitions.in_out import In, Out

__all__ = ["Composition", "Invocable", "InvokedDynamicOutput", "InvokedOutput", "PendingNodeInvocation"]

_composing: ContextVar[tuple[Composition, ...]] = ContextVar("composing", default=())


@attrs.frozen
class InvokedOutput:
    """An output of a node of the graph that is being composed; give it to another call.

    Attributes:
        node: the node.
        output: the name of the output.
    """

    node: str
    output: str

    def to_dependency(self) -> Dependency:
        """Return what feeds an input with it."""
        return DependencyDefinition(self.node, self.output)


@attrs.frozen
class _Collected:
    node: str
    output: str

    def to_dependency(self) -> Dependency:
        return DynamicCollectDependencyDefinition(self.node, self.output)


@attrs.frozen
class InvokedDynamicOutput:
    """A dynamic output of a node of the graph that is being composed: use ``map`` or ``collect``.

    Attributes:
        node: the node.
        output: the name of the output.
    """

    node: str
    output: str

    def map(self, function: Callable[[InvokedOutput], Any]) -> Any:
        """Apply a function of the graph's body, which runs once for each mapping key.

        Args:
            function: calls nodes with the value it is given and returns what they give.

        Returns:
            The outputs of these nodes, dynamic in turn: one handle, or as many as the function returns.
        """
        result = function(InvokedOutput(self.node, self.output))
        outputs = InvokedOutput | InvokedDynamicOutput
        if isinstance(result, outputs):
            return InvokedDynamicOutput(result.node, result.output)
        if isinstance(result, tuple) and all(isinstance(item, outputs) for item in result):
            return tuple(InvokedDynamicOutput(item.node, item.output) for item in result)
        if result is None:
            return None
        raise InvalidDefinitionError(
            f"map on '{self.node}.{self.output}': the function returns the outputs of calls, not {result!r}."
        )

    def collect(self) -> _Collected:
        """Return all values together, as a list for one input."""
        return _Collected(self.node, self.output)


Handle = InvokedOutput | InvokedDynamicOutput | GraphInput | _Collected


class Composition:
    """The graph that is being composed: its nodes so far, in the order of their calls.

    Args:
        what: the graph, for messages.
    """

    def __init__(self, what: str) -> None:
        self.what = what
        self.definitions: dict[str, Invocable] = {}
        self.dependencies: dict[NodeInvocation, dict[str, Dependency]] = {}
        self._names: set[str] = set()

    @contextmanager
    def active(self) -> Iterator[None]:
        """Make calls of computations and graphs add nodes here."""
        token = _composing.set((*_composing.get(), self))
        try:
            yield
        finally:
            _composing.reset(token)

    @staticmethod
    def current() -> Composition | None:
        """The innermost graph that is being composed, if one is."""
        stack = _composing.get()
        return stack[-1] if stack else None

    def add(self, pending: PendingNodeInvocation, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Add a node and return handles to its outputs.

        Returns:
            ``None``, one handle, or a named tuple of handles, by the number of outputs.

        Raises:
            InvalidDefinitionError: an argument fits no input, or two definitions have one name.
        """
        definition = pending.definition
        known = self.definitions.setdefault(definition.name, definition)
        if known is not definition:
            raise InvalidDefinitionError(
                f"{self.what} uses two different definitions called '{definition.name}'. Rename one of them."
            )
        alias = self._name(definition.name, pending.given_alias)
        inputs = self._connect(f"{self.what}: '{alias}'", definition, args, kwargs)
        invocation = NodeInvocation(
            definition.name,
            None if alias == definition.name else alias,
            pending.tags,
            pending.hook_defs,
            pending.retry_policy,
        )
        self.dependencies[invocation] = inputs
        handles = [_handle(alias, name, out) for name, out in definition.outs.items()]
        if len(handles) < 2:
            return handles[0] if handles else None
        outputs = namedtuple(f"{definition.name}_outputs", list(definition.outs))  # type: ignore[misc]
        return outputs(*handles)

    def _name(self, name: str, alias: str | None) -> str:
        if alias is not None:
            if alias in self._names:
                raise InvalidDefinitionError(
                    f"{self.what} has two nodes called '{alias}'. Give another alias."
                )
            self._names.add(alias)
            return alias
        chosen, count = name, 1
        while chosen in self._names:
            count += 1
            chosen = f"{name}_{count}"
        self._names.add(chosen)
        return chosen

    def _connect(
        self, what: str, definition: Invocable, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> dict[str, Dependency]:
        names = list(definition.ins)
        if len(args) > len(names):
            raise InvalidDefinitionError(
                f"{what} takes {len(names)} inputs ({', '.join(names) or 'none'}) and was given {len(args)}."
            )
        inputs = {}
        for name, value in (*zip(names, args, strict=False), *kwargs.items()):
            if name not in definition.ins:
                raise InvalidDefinitionError(f"{what} has no input '{name}'.{did_you_mean(name, names)}")
            if name in inputs:
                raise InvalidDefinitionError(f"{what} was given the input '{name}' twice.")
            inputs[name] = _dependency(f"{what}, input '{name}'", value)
        return inputs


def _handle(node: str, name: str, out: Out) -> InvokedOutput | InvokedDynamicOutput:
    return (InvokedDynamicOutput if out.is_dynamic else InvokedOutput)(node, name)


def _dependency(what: str, value: Any) -> Dependency:
    if isinstance(value, InvokedOutput | _Collected):
        return value.to_dependency()
    if isinstance(value, GraphInput):
        return value
    if isinstance(value, list | tuple) and not hasattr(value, "_fields"):
        return MultiDependencyDefinition([_element(f"{what}[{i}]", item) for i, item in enumerate(value)])
    if isinstance(value, InvokedDynamicOutput):
        raise InvalidDefinitionError(
            f"{what}: '{value.node}.{value.output}' is dynamic. Use its map(...) or collect()."
        )
    if hasattr(value, "_fields"):
        raise InvalidDefinitionError(
            f"{what}: a node with several outputs was given. Choose one: {', '.join(value._fields)}."
        )
    hint = "Call it first." if isinstance(value, Invocable | PendingNodeInvocation) else ""
    raise InvalidDefinitionError(
        f"{what}: inside a graph, inputs are outputs of other nodes, inputs of the graph, or lists of these, "
        f"not {value!r}. {hint}".rstrip()
    )


def _element(what: str, value: Any) -> Any:
    fed = _dependency(what, value)
    if isinstance(fed, DependencyDefinition | GraphInput):
        return fed
    raise InvalidDefinitionError(
        f"{what}: {value!r} is a list itself. Make one list of it in a computation first."
    )


class Invocable:
    """What can be a node of a graph: a computation, or a graph in turn."""

    name: str

    if TYPE_CHECKING:  # each kind has them in a way of its own

        @property
        def ins(self) -> Mapping[str, In]:
            """Its inputs by name."""

        @property
        def outs(self) -> Mapping[str, Out]:
            """Its outputs by name."""

    def alias(self, name: str) -> PendingNodeInvocation:
        """Return this under another name, to be called inside a graph."""
        return PendingNodeInvocation(self).alias(name)

    def tag(self, tags: Mapping[str, Any] | None) -> PendingNodeInvocation:
        """Return this with more tags, to be called inside a graph."""
        return PendingNodeInvocation(self).tag(tags)

    def with_hooks(self, hook_defs: Collection[Any]) -> PendingNodeInvocation:
        """Return this with hooks, to be called inside a graph."""
        return PendingNodeInvocation(self).with_hooks(hook_defs)

    def with_retry_policy(self, retry_policy: RetryPolicy) -> PendingNodeInvocation:
        """Return this with a retry policy, to be called inside a graph."""
        return PendingNodeInvocation(self).with_retry_policy(retry_policy)


@attrs.frozen
class PendingNodeInvocation:
    """A computation or graph with an alias, tags, hooks or a retry policy, to be called inside a graph.

    Attributes:
        definition: the computation or graph.
        given_alias: the name of the node.
        tags: its tags, on top of the definition's.
        hook_defs: its hooks.
        retry_policy: its retry policy.
    """

    definition: Invocable
    given_alias: str | None = None
    tags: Mapping[str, str] = NO_TAGS
    hook_defs: frozenset[HookDefinition] = frozenset()
    retry_policy: RetryPolicy | None = None

    def alias(self, name: str) -> PendingNodeInvocation:
        """Return this under another name."""
        return attrs.evolve(self, given_alias=check_name(name, "alias"))

    def tag(self, tags: Mapping[str, Any] | None) -> PendingNodeInvocation:
        """Return this with more tags."""
        return attrs.evolve(self, tags={**self.tags, **check_tags(tags, f"'{self.definition.name}'")})

    def with_hooks(self, hook_defs: Collection[Any]) -> PendingNodeInvocation:
        """Return this with more hooks."""
        hooks = check_hooks(hook_defs, f"'{self.definition.name}'")
        return attrs.evolve(self, hook_defs=self.hook_defs | hooks)

    def with_retry_policy(self, retry_policy: RetryPolicy) -> PendingNodeInvocation:
        """Return this with a retry policy."""
        return attrs.evolve(self, retry_policy=check_retry_policy(retry_policy, f"'{self.definition.name}'"))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Add the node to the graph that is being composed; elsewhere call the definition, for tests."""
        composition = Composition.current()
        if composition is None:
            definition: Any = self.definition  # every kind of definition can be called
            return definition(*args, **kwargs)
        return composition.add(self, args, kwargs)
