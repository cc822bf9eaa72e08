"""Where Holdfast is meant to answer otherwise than the reference, why, and what it answers."""

from __future__ import annotations

from typing import Any

__all__ = ["DIFFERENCES"]

REFUSED = {"error": "InvalidDefinitionError"}
ANY_ERROR = {"error": "Error"}
INVALID_CONFIG = {"error": "InvalidConfigError"}

DIFFERENCES: dict[str, tuple[str, Any]] = {
    "asset_ins.input_manager_with_resources": (
        "an input manager gets what it requires; the reference forgets it",
        5,
    ),
    "asset_ins.two_inputs_of_one_asset": (
        "two arguments may read one asset; the reference connects only one of them",
        4,
    ),
    "assets.names_that_are_wrong": (
        "names are letters, digits and underscores, without the hyphen that the reference lets through",
        {
            **dict.fromkeys(("", "a b", "a-b", "a.b", "a/b", "class", "config", "context"), REFUSED),
            **dict.fromkeys(("dict", "for", "int", "type"), REFUSED),
            "1st": "no error",
            "_x": "no error",
        },
    ),
    "assets.output_not_required_returns_none": (
        "an optional asset that returns None is not made, as its parameter says",
        {"failed": [], "made": [], "skipped": ["child"], "success": True},
    ),
    "assets.prefixes_that_are_wrong": (
        "keywords and reserved words are no parts of a prefix either",
        dict.fromkeys(("dot", "keyword", "reserved", "slash", "space"), REFUSED),
    ),
    "assets.unknown_non_argument_dep": (
        "a dependency that nothing defines is a mistake, whether it is an argument or not",
        {"error": "InvalidDefinitionError"},
    ),
    "config.problems_of_a_run": (
        "what is missing is named by its whole path, not by the section that is not there",
        [
            ["ops.number.config"],
            ["opps", "ops.number.config"],
            ["ops.nmber", "ops.number.config"],
            ["ops.number.confg", "ops.number.config"],
            ["resources.db"],
            ["ops"],
            ["ops.number"],
        ],
    ),
    "config.problems_of_several_assets": (
        "what is missing is named by its whole path, not by the section that is not there",
        [
            ["ops.a.config.n", "ops.b.config.m", "ops.b.config.n", "resources.db.config.url"],
            ["ops.a.config", "ops.b.config", "resources.db.config"],
        ],
    ),
    "errors.interrupt_in_an_asset": (
        "an interrupt ends the run and is raised; the reference takes it for a failure of the step",
        [True],
    ),
    "executors.execution_config_that_is_wrong": (
        "executors come from plugins, so which names there are is known when the job runs",
        {
            **dict.fromkeys(("both", "nothing", "text"), INVALID_CONFIG),
            **dict.fromkeys(("in_process", "multiprocess", "unknown"), "no error"),
        },
    ),
    "executors.what_is_no_executor": (
        "an executor that a plugin provides is named",
        ["refused", "no error"],
    ),
    "freshness.minutes_late_before_the_tick_is_due": (
        "data up to a tick is due the lag after it; for the reference, data up to the lag before it at it",
        [0.0, 0.0, 60.0, 1380.0],
    ),
    "freshness.minutes_late_on_a_schedule": (
        "data up to a tick is due the lag after it; for the reference, data up to the lag before it at it",
        [0.0, 0.0, 0.0, 60.0, 1500.0, 60.0],
    ),
    "freshness.values_that_are_wrong": (
        "what is no cron expression is refused when the policy is made, not when it is first asked",
        [REFUSED, REFUSED, REFUSED, {"error": "TypeError"}],
    ),
    "graph_assets.internal_deps_that_are_wrong": (
        "a key that is neither input nor output is an error for graphs as for multi-assets",
        [{"error": "Error"}, {"error": "Error"}],
    ),
    "jobs.config_mapping_that_raises": (
        "a mapping that raises is one error, be it of a job or of a graph",
        [
            {"error": "ConfigMappingFunctionError"},
            {"error": "InvalidConfigError"},
            {"error": "InvalidConfigError"},
        ],
    ),
    "metadata_values.constructors_of_wrong_types": (
        "metadata never fails a run: what JSON cannot hold becomes text",
        {
            **dict.fromkeys(["asset", "bool", "float", "int", "md", "path", "text", "url"], ANY_ERROR),
            "json": "no error",
        },
    ),
    "metadata_values.lists_and_none": (
        "metadata never fails a run",
        ["no error", "no error"],
    ),
    "metadata_values.metadata_added_twice": (
        "what is added later adds to what was added before",
        {"x": 1, "y": 2},
    ),
    "metadata_values.metadata_returned_by_the_io_manager": (
        "metadata that an IO manager returns is on the materialization",
        {"returned": 2},
    ),
    "metadata_values.unserialisable_inside": ("metadata never fails a run", "no error"),
    "metadata_values.unserialisable_value": ("metadata never fails a run", "no error"),
    "multi_assets.key_and_prefix_are_exclusive": (
        "an out has a key or a prefix, as an input has",
        {"error": "InvalidDefinitionError"},
    ),
    "multi_assets.subset_of_required_outs": (
        "of a multi-asset that can subset, only the selected outs are expected",
        {"failed": [], "made": ["x"], "skipped": [], "success": True},
    ),
    "partitioned_inputs.several_that_happen_to_be_one": (
        "whether an input is a mapping by key follows from the partition mapping alone",
        {"only": "ONLY"},
    ),
    "partitioned_io.loaded_without_a_run": (
        "a partition is loaded by the default IO manager too; the reference looks for the whole value",
        ["a", "b"],
    ),
    "partitioned_io.loader_contexts": (
        "an IO manager is told of the partition without a run as in one",
        {
            "asset_partition_key": "2023-01-02",
            "has_asset_partitions": True,
            "identifier": ["made", "2023-01-02"],
        },
    ),
    "partitioned_runs.called_directly": (
        "the context of a direct call has the partition it was built with",
        ["no error", {"error": "InvariantViolationError"}, "no error"],
    ),
    "partitioned_runs.definitions_of_wrong_types": (
        "what is no definition of partitions is refused where it is given",
        [REFUSED] * 4,
    ),
    "partitioned_runs.no_key_for_what_has_partitions": (
        "a run for no partition is refused before it runs, not once the value is to be stored",
        ["refused", "refused", "refused", []],
    ),
    "repositories.unknown_group": (
        "a group that no asset has is a mistake, as a key is",
        "refused",
    ),
    "resources.resource_that_requires_another": (
        "a missing resource is one error, whoever needs it",
        [11, {"error": "InvalidDefinitionError"}],
    ),
    "resources.resources_that_require_each_other": (
        "resources that wait for each other are a mistake of definitions",
        {"error": "InvalidDefinitionError"},
    ),
    "resources.with_resources_of_plain_values": (
        "a plain value serves as a resource, as it does for a run",
        "no error",
    ),
    "resources.with_resources_over_another": (
        "the same object twice is no contradiction",
        [{"error": "InvalidInvocationError"}, "no error"],
    ),
    "selections.unknown_group": (
        "a group that no asset has is a mistake, as a key is",
        {"error": "InvalidSubsetError"},
    ),
    "selections.unknown_keys": (
        "source assets can be selected too, to observe them",
        [{"error": "InvalidSubsetError"}, {"error": "InvalidSubsetError"}, ["raw"]],
    ),
    "source_assets.both_io_managers": (
        "only one of the two can be meant, as for assets",
        "refused",
    ),
    "source_assets.source_and_asset_of_one_key": (
        "one key cannot be both",
        [{"error": "InvalidDefinitionError"}, {"error": "InvalidDefinitionError"}],
    ),
    "value_loader.partition_of_an_unpartitioned_asset": (
        "an asset without partitions has none to load",
        "refused",
    ),
    "value_loader.source_assets": (
        "a source asset is loaded as others are; the reference cannot",
        7,
    ),
}
