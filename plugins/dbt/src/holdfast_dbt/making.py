"""The computation of the assets of a dbt project: one use of dbt for all that are selected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from holdfast.definitions.output import Output
from holdfast.metadata import MetadataValue
from holdfast.reports import ExpectationResult
from holdfast_dbt.command import Dbt, DbtError, Done, said
from holdfast_dbt.manifest import Manifest, Node

__all__ = ["computation"]

Item = Output[None] | ExpectationResult


def computation(
    dbt: Dbt, manifest: Manifest, nodes: Mapping[str, Node]
) -> Callable[[Any, Mapping[str, Any]], Iterator[Item]]:
    """Return the function that makes assets through dbt.

    Args:
        dbt: how dbt is called.
        manifest: what the assets were defined from.
        nodes: the models, seeds and snapshots by name of the output.
    """
    file = manifest.file  # and not all of it, as the function may cross to another process
    fingerprints = {node.unique_id: manifest.fingerprint(node.unique_id) for node in nodes.values()}

    def run_dbt(context: Any, _inputs: Mapping[str, Any]) -> Iterator[Item]:
        selected = {
            node.unique_id: (name, node)
            for name, node in nodes.items()
            if name in context.selected_output_names
        }
        done = dbt.build([node for _, node in selected.values()], context.log)
        results = {result["unique_id"]: result for result in done.results}
        for unique_id, result in results.items():
            if unique_id not in selected:
                if "failures" in result and unique_id.startswith(("test.", "unit_test.")):
                    yield _expectation(result)
                continue
            if result["status"] == "success":
                version = done.manifest.fingerprint(unique_id)
                if version != fingerprints[unique_id]:
                    context.log.warning(
                        "%s has changed since %s was written, so what is recorded of it is not what was run. "
                        "Run 'dbt parse'.",
                        selected[unique_id][1],
                        file,
                    )
                yield Output(None, selected[unique_id][0], metadata=_metadata(result, done.manifest, version))
        _check([node for _, node in selected.values()], results, done)

    return run_dbt


def _metadata(result: Mapping[str, Any], manifest: Manifest, version: str) -> dict[str, Any]:
    """Return what is to be known of a node that was made."""
    node = manifest.data["nodes"].get(result["unique_id"]) or {}
    answer = result.get("adapter_response") or {}
    rows = answer.get("rows_affected")
    said = {
        "relation": result.get("relation_name") or node.get("relation_name"),
        "rows_affected": rows if isinstance(rows, int) and rows >= 0 else None,
        "execution_seconds": result.get("execution_time"),
        "message": result.get("message"),
        "code_version": version,
    }
    return {label: value for label, value in said.items() if value is not None}


def _expectation(result: Mapping[str, Any]) -> ExpectationResult:
    """Return what a test found."""
    metadata = {"status": MetadataValue.text(result["status"])}
    if isinstance(result.get("failures"), int):
        metadata["failures"] = MetadataValue.int(result["failures"])
    return ExpectationResult(
        result["status"] == "pass", result["unique_id"], result.get("message"), metadata=metadata
    )


def _check(nodes: Sequence[Node], results: Mapping[str, Mapping[str, Any]], done: Done) -> None:
    """Raise if something was not made, or a test failed.

    Raises:
        DbtError: naming what.
    """
    status = {unique_id: str(result["status"]) for unique_id, result in results.items()}
    names = {node.unique_id for node in nodes}
    absent = [str(node) for node in nodes if node.unique_id not in status]
    failed = [each for each in status if each in names and status[each] not in ("success", "skipped")]
    skipped = [each for each in status if each in names and status[each] == "skipped"]
    others = [
        each for each in status if each not in names and status[each] in ("error", "fail", "runtime error")
    ]
    if not (absent or failed or skipped or others or done.code):
        return
    made = sum(status.get(name) == "success" for name in names)
    problems = [f"dbt made {made} of {len(nodes)}, which are recorded."]
    for each in [*failed, *others]:
        kind = "failed" if each in names else "is a test or hook that failed"
        problems.append(f"- {each} {kind}: {results[each].get('message') or status[each]}")
    if skipped:
        problems.append(f"- skipped for that: {', '.join(skipped)}")
    if absent:
        problems.append(
            f"- not in the project as it is now: {', '.join(absent)}. Run 'dbt parse' and load it again."
        )
    if not (failed or others):
        problems.append(f"dbt's exit code was {done.code}.{said(done.lines)}")
    raise DbtError("\n".join(problems))
