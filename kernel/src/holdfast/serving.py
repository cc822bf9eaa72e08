"""Who serves an asset: what stores each output and loads each input, by whose word, and where it runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from holdfast.asset_node import AssetNode
from holdfast.binding import known_resources
from holdfast.definitions.resource import ResourceDefinition
from holdfast.keys import AssetKey
from holdfast.partition_edges import edge_mapping, given_mapping
from holdfast.plan import StepInput, StepOutput
from holdfast.plugins.explanation import chosen
from holdfast.plugins.loading import Plugins
from holdfast.project import Project
from holdfast.provisions import EventStorePlugin, ExecutorPlugin, IOManagerPlugin, ObserverPlugin
from holdfast.selection import AssetSelection

__all__ = ["explain_asset"]


def explain_asset(project: Project, key: AssetKey) -> str:
    """Return which plugin, from which setting, serves each input and output of an asset, and why.

    Args:
        project: the repository with its settings and plugins.
        key: an asset or a source asset of it.

    Raises:
        UnknownAssetError: the repository has no such asset.
    """
    node = project.repository.graph[key]
    lines = [f"asset '{key}' ({node.place})"]
    told = _source(project, node) if node.is_source else _asset(project, key)
    return "\n".join([*lines, *(f"  {line}" for line in told)])


def _asset(project: Project, key: AssetKey) -> Iterator[str]:
    plan, plugins = project.plan(AssetSelection.keys(key)), project.instance.plugins
    own = known_resources(plan, {})
    for step in plan:
        for output in step.outputs:
            what = f"output '{output.name}'"
            if output.asset_key != key:
                what += f", asset '{output.asset_key}'," if output.asset_key else f" of step '{step.key}'"
            yield from _served(f"{what} is stored by", output.manager_key, own, plugins)
        for inp in step.inputs:
            for source in inp.stored:
                yield from _input(project, plan.graph[key], inp, source, own)
    yield from _choice("runs on", chosen(plugins, ExecutorPlugin, plugins.default(ExecutorPlugin)))
    yield from _choice("is recorded in", chosen(plugins, EventStorePlugin, plugins.default(EventStorePlugin)))


def _input(
    project: Project,
    reader: AssetNode,
    inp: StepInput,
    source: StepOutput,
    own: Mapping[str, ResourceDefinition],
) -> Iterator[str]:
    value = f"output '{source.name}' of step '{source.step_key}'"
    if source.asset_key is not None:
        value = f"asset '{source.asset_key}'"
    manager_key = inp.manager_key or source.manager_key
    yield from _served(
        f"input '{inp.name}', {value}, is loaded by", manager_key, own, project.instance.plugins
    )
    by_storing = manager_key == source.manager_key
    yield f"  because: {'it stores that value' if by_storing else 'the input_manager_key names it'}"
    if source.asset_key is None:
        return
    upstream = project.repository.graph[source.asset_key]
    mapping = edge_mapping(reader, upstream, project.instance.partition_mappings)
    if mapping is not None:
        given = given_mapping(reader, upstream.key)
        word = "the default of these two definitions" if given is None else "the input's partition_mapping"
        yield f"  partitions by: {mapping!r}, {word}"


def _source(project: Project, node: AssetNode) -> Iterator[str]:
    source, plugins = node.definition, project.instance.plugins
    yield from _served(
        "is made elsewhere, and loaded by", source.io_manager_key, source.resource_defs, plugins
    )
    if isinstance(source.observe_fn, str):
        use = plugins.observer_use(source.observe_fn)
        yield from _choice("is observed by", chosen(plugins, ObserverPlugin, use))
    elif source.observe_fn is not None:
        name = getattr(source.observe_fn, "__name__", source.observe_fn)  # a partial function has none
        yield f"is observed by its own function '{name}'"


def _served(
    title: str, manager_key: str, own: Mapping[str, ResourceDefinition], plugins: Plugins
) -> Iterator[str]:
    if manager_key in own:
        yield f"{title} the resource '{manager_key}', which the assets bring themselves"
        return
    use = plugins.io_manager_use(manager_key)
    if use is None:
        yield f"{title} the resource '{manager_key}', which no asset, setting or plugin provides"
        return
    yield from _choice(title, chosen(plugins, IOManagerPlugin, use))
    yield f"  resource key: '{manager_key}'"


def _choice(title: str, lines: list[str]) -> Iterator[str]:
    what, *why = lines
    yield f"{title} {what}"
    yield from why
