"""What the run config says to each computation: checked, with defaults, through the mappings of graphs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from holdfast.config.mapping import ConfigMapping
from holdfast.config.processing import read_config
from holdfast.config.scalars import NOT_GIVEN
from holdfast.config.types import Field, to_field
from holdfast.definitions.in_out import UNSET
from holdfast.definitions.node_graph import NodeGraph
from holdfast.definitions.resource import ResourceDefinition
from holdfast.errors import did_you_mean
from holdfast.execution.session import OpConfig
from holdfast.plan import Plan, Step, StepInput, StepOutput
from holdfast.types.config_values import value_loader
from holdfast.types.dagster_type import ANY_TYPE

__all__ = ["OpConfigs"]

Path = tuple[str, ...]
_WRONG: Any = object()
"""What a config mapping gives that could not be asked, as its own config is wrong."""

_Nodes = Mapping[str, Any]
"""By name, a step, or the nodes of a graph in turn."""


@attrs.define(eq=False)
class OpConfigs:
    """Reads the section ``ops`` of a run config.

    Attributes:
        plan: the steps that run.
        resources: the resources that they have, whose schemas say what inputs and outputs take.
        found: what the run config says, by the names of the nodes that lead to each computation.
        problems: what does not fit, each with its path.
    """

    plan: Plan
    resources: Mapping[str, ResourceDefinition]
    found: dict[Path, OpConfig] = attrs.field(factory=dict, init=False)
    _open: dict[Path, dict[str, Field]] = attrs.field(factory=dict, init=False)
    problems: list[str] = attrs.field(factory=list, init=False)

    @property
    def needed(self) -> bool:
        """Whether a step must be told something, or may be filled in a default, even without run config."""
        return any(map(_has_value_schemas, self.resources.values())) or any(
            not step.op.takes_any_config
            or len(step.path) > 1
            or any(type(inp.source) is not StepOutput and inp.unfed for inp in step.inputs)
            for step in self.plan
        )

    def read(self, given: Any, inputs: Any = NOT_GIVEN) -> None:
        """Read the section; `found` and `problems` say what came of it.

        Args:
            given: the section, `NOT_GIVEN` when there is none.
            inputs: the section ``inputs``, which gives values of the inputs of the job's graph.
        """
        self._find_open_inputs()
        self._read_graph_inputs((), inputs, "inputs")
        nodes: dict[str, Any] = {}
        for step in (*self.plan, *self.plan.left_out):
            inside = nodes
            for name in step.path[:-1]:
                inside = inside.setdefault(name, {})
            inside[step.path[-1]] = step
        graph = self.plan.graphs.get("")
        mapping = None if graph is None else graph.config_mapping
        if mapping is not None:
            given = self._mapped(mapping, "ops", given)
        if given is not _WRONG:
            self._read_nodes(nodes, (), given, "ops")

    def _read_nodes(self, nodes: _Nodes, prefix: Path, given: Any, path: str) -> None:
        entries = self._mapping(given, path, nodes, "computation")
        for name, node in nodes.items():
            entry, where = entries.get(name, NOT_GIVEN), f"{path}.{name}"
            if entry is NOT_GIVEN and self._is_left_out(node):
                continue
            if isinstance(node, Step):
                self._read_step(node, entry, where)
            else:
                self._read_graph(node, (*prefix, name), entry, where)

    def _is_left_out(self, node: Any) -> bool:
        if isinstance(node, Step):
            return node in self.plan.left_out
        return all(map(self._is_left_out, node.values()))

    def _read_graph(self, nodes: _Nodes, path: Path, given: Any, where: str) -> None:
        mapping = self._config_mapping(path)
        if mapping is not None:
            inner = self._mapped(mapping, where, given)
            if inner is not _WRONG:
                self._read_nodes(nodes, path, inner, f"{where}.ops")
            return
        keys = ("ops", "inputs", "outputs")
        entry = self._mapping(given, where, keys, "entry")
        self._read_graph_inputs(path, entry.get("inputs", NOT_GIVEN), f"{where}.inputs")
        self._read_nodes(nodes, path, entry.get("ops", NOT_GIVEN), f"{where}.ops")

    def _find_open_inputs(self) -> None:
        """Find what the run config gives inputs that nothing feeds, by where it does."""
        for step in self.plan:
            types = step.op.input_types
            for inp in step.inputs:
                if inp.manager_key is not None:
                    continue
                for source in inp.unfed:
                    alone = source is inp.source
                    loader = value_loader(types.get(inp.name, ANY_TYPE) if alone else ANY_TYPE)
                    what = f"input '{inp.name}' of {step.title}"
                    schema = to_field(Any if loader is None else loader.config_schema, what)
                    if source.default is not UNSET:
                        schema = Field(schema.config_type, is_required=False)
                    known = self._open.setdefault(source.path, {})
                    if source.name not in known or schema.is_required:
                        known[source.name] = schema

    def _read_graph_inputs(self, path: Path, given: Any, where: str) -> None:
        inputs = self._values(self._open.get(path, {}), given, where)
        if inputs:
            self.found[path] = OpConfig(None, inputs)

    def _mapped(self, mapping: ConfigMapping, where: str, given: Any) -> Any:
        """Return the config of a graph's nodes that its own config becomes."""
        entry = self._mapping(given, where, ("config",), "entry")
        inner, problems = mapping.read(entry.get("config", NOT_GIVEN), f"{where}.config")
        self.problems += problems
        return _WRONG if problems else inner

    def _config_mapping(self, path: Path) -> ConfigMapping | None:
        graph = self.plan.graphs.get(path[0])
        inner = path[1:]
        if graph is None:
            graph, inner = self.plan.graphs[""], path
        for name in inner:
            definition = graph.nodes[name].definition
            assert isinstance(definition, NodeGraph)  # a path names computations at its end alone
            graph = definition
        mapping: ConfigMapping | None = graph.config_mapping
        return mapping

    def _read_step(self, step: Step, given: Any, where: str) -> None:
        problems = len(self.problems)
        entry = self._mapping(given, where, ("config", "inputs", "outputs"), "entry")
        if len(self.problems) > problems and not entry:
            return  # it is no mapping, so nothing is known of what is in it
        config = self._value(step.op.config_schema, entry.get("config", NOT_GIVEN), f"{where}.config")
        inputs = self._values(dict(self._inputs(step)), entry.get("inputs", NOT_GIVEN), f"{where}.inputs")
        schemas = {
            output.name: schema
            for output in step.outputs
            if (schema := _output_schema(self.resources, output.manager_key)) is not None
        }
        outputs = self._values(schemas, entry.get("outputs", NOT_GIVEN), f"{where}.outputs")
        if config is not None or inputs or outputs:
            self.found[step.path] = OpConfig(config, inputs, outputs)

    def _inputs(self, step: Step) -> Iterator[tuple[str, Field]]:
        for inp in step.inputs:
            schema = _input_schema(self.resources, inp)
            if schema is not None:
                yield inp.name, schema
        yield from self._open.get(step.path, {}).items()

    def _values(self, schemas: Mapping[str, Field], given: Any, path: str) -> Mapping[str, Any]:
        entries = self._mapping(given, path, schemas, path.rpartition(".")[2].removesuffix("s"))
        values = {}
        for name, schema in schemas.items():
            value = self._value(schema, entries.get(name, NOT_GIVEN), f"{path}.{name}")
            if name in entries or value is not None:
                values[name] = value
        return values

    def _value(self, schema: Field, given: Any, path: str) -> Any:
        value, problems = read_config(schema, given, path)
        self.problems += problems
        return value

    def _mapping(self, given: Any, path: str, known: Any, what: str) -> Mapping[str, Any]:
        """Return the entries of a part of the run config that name something."""
        if given is NOT_GIVEN or given is None:
            return {}
        if not isinstance(given, Mapping):
            self.problems.append(f"{path}: this is a mapping, not {given!r}")
            return {}
        for name in given:
            if name not in known:
                hint = did_you_mean(str(name), known) or f" Known here: {', '.join(known) or 'none'}."
                self.problems.append(f"{path}.{name}: there is no such {what}.{hint}")
        return given


def _input_schema(resources: Mapping[str, ResourceDefinition], inp: StepInput) -> Field | None:
    keys = [inp.manager_key] if inp.manager_key else [source.manager_key for source in inp.stored]
    for key in keys:
        schema = getattr(resources.get(key), "input_config_schema", None)
        if schema is not None:
            return schema  # type: ignore[no-any-return]
    return None


def _has_value_schemas(resource: ResourceDefinition) -> bool:
    schemas = ("input_config_schema", "output_config_schema")
    return any(getattr(resource, schema, None) is not None for schema in schemas)


def _output_schema(resources: Mapping[str, ResourceDefinition], key: str) -> Field | None:
    return getattr(resources.get(key), "output_config_schema", None)
