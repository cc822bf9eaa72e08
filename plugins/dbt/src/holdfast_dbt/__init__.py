"""Loader of the models, seeds and snapshots of a dbt project as assets."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.hookspecs import hookimpl
from holdfast.provisions import LoaderPlugin

__all__: list[str] = []


@hookimpl
def holdfast_loaders() -> Iterator[LoaderPlugin]:
    """Provide the loader ``dbt``."""
    yield LoaderPlugin(
        name="dbt",
        factory="holdfast_dbt.loading:load_dbt_assets",
        summary="the models, seeds and snapshots of a dbt project, from its manifest",
        conformance="holdfast_dbt.conformance:project",
    )
