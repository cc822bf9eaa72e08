"""A project: a repository loaded from its settings, with its instance. What the command line works on."""

from __future__ import annotations

import importlib
import sys
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs

from holdfast.asset_layer import AssetLayer
from holdfast.backfills import BACKFILL_TAG, Only, Remaining, backfill_partitions, remaining_of
from holdfast.builtins.executors import multi_or_in_process_executor
from holdfast.definitions.loading import load_assets_from_modules
from holdfast.errors import InvalidDefinitionError, InvalidInvocationError, SettingsError, did_you_mean
from holdfast.events import Event
from holdfast.execution.session import Session
from holdfast.instance import Instance
from holdfast.jobs import JobDefinition
from holdfast.keys import AssetKey
from holdfast.plan import Plan
from holdfast.repository_definition import RepositoryDefinition
from holdfast.results import RunResult
from holdfast.run_api import execute_job
from holdfast.run_partitions import RunPartitions
from holdfast.runs import RunSpec, session_for
from holdfast.selection import AssetSelection
from holdfast.selection_syntax import coerce_selection

__all__ = ["Project"]

MAKING, OBSERVING, BACKFILLING = "materialize", "observe", "backfill"
"""The names of the jobs of assets that are selected for one run."""


@attrs.frozen(eq=False)
class Project:
    """A repository and its instance, as settings describe them.

    Attributes:
        repository: the assets and jobs.
        instance: the settings, active plugins and stores.
        disabled: plugins that were switched off for this project.
    """

    repository: RepositoryDefinition
    instance: Instance
    disabled: tuple[str, ...] = ()

    @classmethod
    def load(cls, directory: str | Path = ".", *, disabled: Sequence[str] = ()) -> Project:
        """Return the project that a directory belongs to.

        The directory of the settings is put on the module path, so that a repository beside them is found.

        Args:
            directory: the directory of the settings, or one inside it.
            disabled: plugins that are switched off before any is imported.

        Raises:
            SettingsError: the settings cannot be read, or name no repository that can be loaded.
        """
        instance = Instance.get(directory, disabled=disabled)
        settings = instance.settings
        path = str(settings.directory)
        if path not in sys.path:
            sys.path.insert(0, path)
        if settings.repository is not None:
            repository = _named_repository(settings.repository, str(settings.file))
        elif settings.definitions:
            found = [instance.load_definitions(use) for use in settings.definitions]
            repository = RepositoryDefinition.of("repository", found)
        else:
            raise SettingsError(
                str(settings.file or settings.directory),
                "tool.holdfast",
                'No repository is named. Add repository = "module" or run holdfast init.',
            )
        if repository.plugins is not None:
            chosen = settings.with_plugins(repository.plugins, f"@repository '{repository.name}'")
            instance = Instance(chosen, disabled)
        return cls(repository, instance, tuple(disabled))

    def job_for(self, selection: Any = None, *, observe: bool = False) -> JobDefinition:
        """Return a job that makes a selection of the repository's assets, all by default.

        Args:
            selection: the assets.
            observe: look at source assets instead, at all that can be observed by default.

        Raises:
            InvalidSubsetError: the selection names what is not there.
        """
        graph = self.repository.graph
        chosen = None if selection is None else coerce_selection(selection)
        if observe:
            layer = AssetLayer.observing(graph, chosen)
        else:
            layer = AssetLayer.select(graph, AssetSelection.all() if chosen is None else chosen)
        return JobDefinition(graph_def=None, name=OBSERVING if observe else MAKING, asset_layer=layer)

    def plan(
        self,
        selection: Any = None,
        *,
        partition_key: str | None = None,
        partitions: Any = None,
        only: Only | None = None,
    ) -> Plan:
        """Return what making a selection of assets would do; errors as `job_for`.

        Args:
            selection: the assets; all by default.
            partition_key: the partition that `materialize` would make.
            partitions: the partitions that `backfill` would make.
            only: which of them.

        Raises:
            UnknownPartitionError: there are no such partitions.
            InvalidInvocationError: no asset has partitions, or both a partition and a backfill are meant.
        """
        job = self.job_for(selection)
        if partitions is None and only is None:
            if partition_key is None:
                return job.plan()
            chosen = job.partitions_of_run(partition_key, None, self.instance)
        elif partition_key is not None:
            raise InvalidInvocationError(
                "plan: partition_key is for a run of one partition, partitions and only are for a backfill. "
                "Give one of them."
            )
        else:
            chosen = backfill_partitions(job, partitions, self.instance, only)
        return job.plan_for_run(chosen, self.instance)

    def materialize(
        self,
        selection: Any = None,
        *,
        partition_key: str | None = None,
        run_config: Mapping[str, Any] | None = None,
        tags: Mapping[str, Any] | None = None,
        listener: Callable[[Sequence[Event]], None] | None = None,
        run_id: str | None = None,
    ) -> RunResult:
        """Make a selection of assets with the project's executor.

        Args:
            selection: the assets; all by default.
            partition_key: the partition to make, of assets that have partitions.
            run_config: config by section.
            tags: labels of the run.
            listener: told of events once they are kept.
            run_id: the run; a new one by default.

        Raises:
            InvalidSubsetError: the selection names what is not there.
            UnknownPartitionError: there is no such partition.
        """
        job = self.job_for(selection)
        chosen = self._partition(job, partition_key, tags)
        return self._run(job, job.selection, None, run_config, tags, listener, run_id, partitions=chosen)

    def backfill(
        self,
        selection: Any = None,
        partitions: Any = None,
        *,
        only: Only | None = None,
        run_config: Mapping[str, Any] | None = None,
        tags: Mapping[str, Any] | None = None,
        listener: Callable[[Sequence[Event]], None] | None = None,
        run_id: str | None = None,
    ) -> RunResult:
        """Make many partitions of a selection of assets in one run with the project's executor.

        Arguments otherwise as `materialize`; see `holdfast.backfills.backfill`.

        Args:
            selection: the assets; all by default.
            partitions: a key, a list of keys, a `PartitionKeyRange` or a `PartitionsSubset`, or a mapping of
                these by asset; all there are by default.
            only: of these, only the partitions ``"missing"`` or ``"failed"``.
            run_config: config by section.
            tags: labels of the run.
            listener: told of events once they are kept.
            run_id: the run; a new one by default.

        Raises:
            InvalidSubsetError: the selection names what is not there.
            UnknownPartitionError: there are no such partitions.
            NothingToDoError: there are none to make.
        """
        job = self.job_for(selection)
        chosen = backfill_partitions(job, partitions, self.instance, only)
        run_id = run_id or str(uuid.uuid4())
        tags = {**(tags or {}), BACKFILL_TAG: run_id}
        job = attrs.evolve(job, name=BACKFILLING)
        return self._run(job, job.selection, None, run_config, tags, listener, run_id, partitions=chosen)

    def resume(
        self,
        run_id: str,
        *,
        run_config: Mapping[str, Any] | None = None,
        tags: Mapping[str, Any] | None = None,
        listener: Callable[[Sequence[Event]], None] | None = None,
    ) -> RunResult:
        """Make what is left of a backfill in another run of it: what failed, and what it did not get to.

        Args:
            run_id: one of the runs of the backfill.
            run_config: config by section; that of its first run by default.
            tags: labels of the run, on top of those of the first.
            listener: told of events once they are kept.

        Raises:
            RunNotFoundError: there is no such run.
            InvalidInvocationError: it is no backfill.
            NothingToDoError: nothing is left of it.
        """
        left = remaining_of(run_id, self.repository.graph, self.instance)
        first = left.run
        config = (first.about.run_config or None) if run_config is None else run_config
        tags = {**first.tags, **(tags or {}), BACKFILL_TAG: first.run_id}
        selection = str(AssetSelection.keys(*sorted(self._together(left))))
        name = first.job_name if self.repository.has_job(first.job_name) else None
        if name is None:
            job = attrs.evolve(self.job_for(selection), name=first.job_name)
        else:
            job = self.repository.get_job(name)
        return self._run(job, selection, name, config, tags, listener, None, partitions=left.partitions)

    def _together(self, left: Remaining) -> set[AssetKey]:
        """Return the assets that are left, and those that the same computations cannot but make with them."""
        definitions = {id(d): d for d in (self.repository.graph[key].definition for key in left.keys)}
        siblings = (d.keys for d in definitions.values() if not d.can_subset)
        return set(left.keys).union(*siblings)

    def observe(
        self,
        selection: Any = None,
        *,
        run_config: Mapping[str, Any] | None = None,
        tags: Mapping[str, Any] | None = None,
        listener: Callable[[Sequence[Event]], None] | None = None,
        run_id: str | None = None,
    ) -> RunResult:
        """Look at source assets, by default at all that can be observed; arguments as `materialize`.

        Raises:
            InvalidSubsetError: the selection names what is not there, or nothing that can be observed.
        """
        job = self.job_for(selection, observe=True)
        return self._run(job, job.selection, None, run_config, tags, listener, run_id, observe=True)

    def run_job(
        self,
        name: str,
        *,
        partition_key: str | None = None,
        run_config: Mapping[str, Any] | None = None,
        tags: Mapping[str, Any] | None = None,
        listener: Callable[[Sequence[Event]], None] | None = None,
        run_id: str | None = None,
    ) -> RunResult:
        """Run a job of the repository; arguments as `materialize`.

        Raises:
            UnknownJobError: there is none of this name.
            UnknownPartitionError: there is no such partition.
        """
        job = self.repository.get_job(name)
        chosen = self._partition(job, partition_key, tags)
        return self._run(job, None, name, run_config, tags, listener, run_id, partitions=chosen)

    def _partition(
        self, job: JobDefinition, partition_key: str | None, tags: Mapping[str, Any] | None
    ) -> RunPartitions | None:
        # Without a key, the tags that the run gets in the end say what it is for.
        return None if partition_key is None else job.partitions_of_run(partition_key, tags, self.instance)

    def _run(
        self,
        job: JobDefinition,
        selection: str | None,
        job_name: str | None,
        run_config: Mapping[str, Any] | None,
        tags: Mapping[str, Any] | None,
        listener: Callable[[Sequence[Event]], None] | None,
        run_id: str | None,
        *,
        observe: bool = False,
        partitions: RunPartitions | None = None,
    ) -> RunResult:
        settings = self.instance.settings
        rebuilt = (str(settings.directory), self.disabled, job_name, selection, observe)
        default = self.repository.default_executor_def
        if default is not None and job.executor_def is multi_or_in_process_executor:
            job = attrs.evolve(job, executor_def=default)
        return execute_job(
            job,
            self.instance,
            run_config,
            tags,
            asset_selection=_keys(self, job_name, selection),
            rebuild=(rebuild_from_project, rebuilt),
            listener=listener,
            run_id=run_id,
            partitions=partitions,
        )


def _keys(project: Project, job_name: str | None, selection: str | None) -> list[AssetKey] | None:
    """Return which assets of a job of the repository are made; ``None`` for all."""
    if job_name is None or selection is None:
        return None
    return sorted(coerce_selection(selection).resolve(project.repository.graph))


def rebuild_from_project(
    request: RunSpec,
    directory: str,
    disabled: tuple[str, ...],
    job_name: str | None,
    selection: str | None,
    observe: bool,
) -> Session:
    """Return a worker's part of a run, from the settings of the repository.

    Args:
        request: what is run.
        directory: the directory of the settings.
        disabled: plugins that are switched off.
        job_name: the job; ``None`` for assets selected for this run.
        selection: these assets, or those of the job that are made; ``None`` for all of it.
        observe: whether source assets are looked at instead.
    """
    project = Project.load(directory, disabled=disabled)
    if job_name is None:
        job = project.job_for(selection, observe=observe)
    else:
        job = project.repository.get_job(job_name)
    request = attrs.evolve(request, resources=job.resource_defs, loggers=job.loggers, job=job)
    keys = _keys(project, job_name, selection)
    plan = job.plan_for_run(request.partitions, project.instance, keys)
    return session_for(plan, request, project.instance, in_worker=True)


def _named_repository(reference: str, file: str) -> RepositoryDefinition:
    name, _, attribute = reference.partition(":")
    module = _import(name, reference, file)
    if attribute:
        if not hasattr(module, attribute):
            raise SettingsError(
                file,
                "tool.holdfast.repository",
                f"Module '{name}' has no '{attribute}'.{did_you_mean(attribute, vars(module))}",
            )
        found = getattr(module, attribute)
        if not isinstance(found, RepositoryDefinition):
            raise SettingsError(
                file, "tool.holdfast.repository", f"'{reference}' is {found!r}, and no repository."
            )
        return found
    repositories = {id(v): v for v in vars(module).values() if isinstance(v, RepositoryDefinition)}
    if len(repositories) > 1:
        names = ", ".join(sorted(r.name for r in repositories.values()))
        raise SettingsError(
            file,
            "tool.holdfast.repository",
            f"Module '{name}' has several repositories ({names}). Name one as '{name}:ATTRIBUTE'.",
        )
    if repositories:
        return next(iter(repositories.values()))
    assets = load_assets_from_modules([module])
    if not assets:
        raise InvalidDefinitionError(
            f"Module '{name}' ({file}) has neither a repository nor assets. Define one with @asset."
        )
    return RepositoryDefinition.of(name.rpartition(".")[2], assets)


def _import(name: str, reference: str, file: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if name == missing or name.startswith(f"{missing}."):
            problem = f"'{reference}' names the module '{missing}', which is not found on the module path."
            raise SettingsError(file, "tool.holdfast.repository", problem) from None
        raise
