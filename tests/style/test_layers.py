"""The kernel is in layers: a module imports only from its own layer or an earlier one."""

from __future__ import annotations

from typing import Any

# Each line is a layer. A name stands for a module, or for every module of a package. The package root, which
# only hands out names, is above them all.
LAYERS = (
    ("errors", "argument_types", "debugger", "lazy"),
    ("environment", "keys", "key_paths", "paths", "metadata_tables", "metadata", "failures", "versions"),
    ("policies",),
    ("partitions", "freshness"),
    ("config",),
    ("types",),
    ("reports", "events", "event_json"),
    ("contexts",),
    ("value_context",),
    ("io_contexts",),
    ("partition_members",),
    ("op_context",),
    ("interfaces",),
    ("formats", "tables"),
    ("provisions",),
    ("hookspecs",),
    ("asset_node",),
    ("definitions",),
    ("labels", "adjacency", "partition_edges"),
    ("asset_graph",),
    ("selection_text", "selection_terms", "selection_combinations", "selection", "selection_syntax"),
    ("plan",),
    ("graph_steps",),
    ("op_selection",),
    ("planning", "observation_plan"),
    ("partition_choice",),
    ("units",),
    ("asset_layer",),
    ("execution",),
    ("plugins",),
    ("builtins",),
    ("instance",),
    ("lateness",),
    ("run_partitions", "run_request"),
    ("binding", "op_configs", "results"),
    ("run_config",),
    ("runs", "standalone", "value_loader"),
    ("built_contexts", "built_hook_context", "job_result"),
    ("job_partitions",),
    ("jobs",),
    ("asset_jobs",),
    ("graph_definition", "reconstruction"),
    ("implicit_jobs",),
    ("sensors",),
    ("reconciliation",),
    ("repository_definition",),
    ("run_api",),
    ("backfills",),
    ("project",),
    ("serving",),
    ("conformance",),
)
RANKS = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}


def rank(module: str) -> int | None:
    return RANKS.get(module, RANKS.get(module.partition(".")[0]))


def own_imports(modules: dict[str, Any]) -> dict[str, set[str]]:
    """Return which modules of one package each of them imports; ``""`` is the package root."""
    graph: dict[str, set[str]] = {}
    for name, module in modules.items():
        graph[name] = set()
        for source, attribute in module.imported():
            if source.partition(".")[0] == module.package:
                inner = source.partition(".")[2]
                submodule = f"{inner}.{attribute}".lstrip(".")
                graph[name].add(submodule if attribute and submodule in modules else inner)
    return graph


def find_cycle(graph: dict[str, set[str]]) -> list[str]:
    done: set[str] = set()
    for start in graph:
        path, branches = [start], [iter(sorted(graph[start]))]
        while branches:
            following = next(branches[-1], None)
            if following is None:
                done.add(path.pop())
                branches.pop()
            elif following in path:
                return [*path[path.index(following) :], following]
            elif following not in done:
                path.append(following)
                branches.append(iter(sorted(graph.get(following, ()))))
    return []


def test_every_module_has_a_layer(kernel):
    """A new kernel module is put into a layer before anything else."""
    assert [name for name in kernel if name and rank(name) is None] == []


def test_every_layer_is_there(kernel):
    """The table names no module that is gone."""
    assert [name for name in RANKS if name not in kernel] == []


def test_imports_point_to_earlier_layers(kernel):
    """No kernel module imports from a later layer, for types or inside a function either."""
    wrong = [
        f"{name} imports {imported}"
        for name, found in own_imports(kernel).items()
        for imported in found
        if name and imported and (rank(imported) or 0) > (rank(name) or 0)
    ]
    assert wrong == []


def test_no_kernel_module_imports_the_package_root(kernel):
    """The public surface is for users; inside, a name is imported from where it is defined."""
    assert [name for name, found in own_imports(kernel).items() if name and "" in found] == []


def test_the_kernel_has_no_import_cycle(kernel):
    """No kernel module imports itself through others."""
    inner = {name: found for name, found in own_imports(kernel).items() if name}
    assert find_cycle(inner) == []


def test_no_plugin_has_an_import_cycle(plugins):
    """No module of a plugin imports itself through others."""
    assert [cycle for modules in plugins.values() if (cycle := find_cycle(own_imports(modules)))] == []


def test_a_cycle_is_found():
    """The search for cycles finds one that is not at its start."""
    graph = {"a": {"b"}, "b": {"c", "d"}, "c": set(), "d": {"b"}}
    assert find_cycle(graph) == ["b", "d", "b"]


def test_plugins_are_strangers_to_each_other(modules):
    """The kernel imports no plugin, and no plugin imports another."""
    wrong = [
        f"{module.label} imports {source}"
        for module in modules
        for source, _ in module.imported()
        if source.startswith("holdfast_") and source.partition(".")[0] != module.package
    ]
    assert wrong == []


def test_imports_are_absolute(modules):
    """A relative import would hide from the tests of this file."""
    relative = [module.label for module in modules for source, _ in module.imported() if source[0] == "."]
    assert relative == []
