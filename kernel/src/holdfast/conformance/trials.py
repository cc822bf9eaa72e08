"""What is tried: which plugin, with which options, and what it claims."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import attrs

from holdfast.errors import InvalidDefinitionError, did_you_mean
from holdfast.plugins.loading import Plugins
from holdfast.plugins.settings import Settings
from holdfast.plugins.uses import Use
from holdfast.provisions import ExecutorPlugin, Provision

__all__ = [
    "EventStoreTrial",
    "FormatTrial",
    "IOManagerTrial",
    "Installed",
    "LoaderTrial",
    "MappingTrial",
    "ObservedSource",
    "ObserverTrial",
    "Trial",
    "opened",
]

_T = TypeVar("_T", bound="Trial")


@attrs.frozen(kw_only=True)
class Trial:
    """A plugin to be tried, and what a suite cannot know of it.

    Attributes:
        use: the name that an installed plugin provides, or a function that is called with a directory and
            returns the thing itself. The function is called anew to open it again, also in other processes,
            so it must belong to a module that can be imported there.
        options: the options for the plugin's factory, when ``use`` is a name.
        claims: what it can do beyond what all of its kind do; ``None`` for what the plugin's record says.
        expected_failures: clauses that are known not to hold, by number, each with the reason. One that
            holds all the same is a failure.
    """

    use: str | Callable[[Path], Any]
    options: Mapping[str, Any] = attrs.field(factory=dict)
    claims: Iterable[str] | None = None
    expected_failures: Mapping[str, str] = attrs.field(factory=dict)

    @property
    def label(self) -> str:
        """What it is called in reports."""
        return self.use if isinstance(self.use, str) else getattr(self.use, "__name__", repr(self.use))


@attrs.frozen(kw_only=True)
class IOManagerTrial(Trial):
    """An IO manager to be tried.

    Attributes:
        types: dotted names of the classes that it stores; ``None`` for what the plugin's record says.
        samples: values by dotted name of their class: of classes that the suite has no values of, or instead
            of those that it has.
        contents: returns the names of what is kept at the moment, such as the keys in a bucket, so that
            leftovers are seen. Without it, the files in the directory are looked at.
    """

    types: Sequence[str] | None = None
    samples: Mapping[str, Sequence[Any]] = attrs.field(factory=dict)
    contents: Callable[[], Iterable[str]] | None = None


@attrs.frozen(kw_only=True)
class FormatTrial(Trial):
    """A format to be tried.

    Attributes:
        types: dotted names of the classes that it claims; ``None`` for what the plugin's record says.
        safe: whether loading cannot run code; ``None`` for what the plugin's record says.
        samples: as of an `IOManagerTrial`.
    """

    types: Sequence[str] | None = None
    safe: bool | None = None
    samples: Mapping[str, Sequence[Any]] = attrs.field(factory=dict)


@attrs.frozen
class ObservedSource:
    """A source asset to look at, and what can be done to what it stands for.

    Attributes:
        metadata: the metadata of its definition.
        change: changes what it stands for; called several times.
        remove: takes it away; called once, at the end.
    """

    metadata: Mapping[str, Any]
    change: Callable[[], object]
    remove: Callable[[], object]


@attrs.frozen(kw_only=True)
class ObserverTrial(Trial):
    """An observer to be tried.

    Attributes:
        source: makes a source asset to look at, another one each time.
    """

    source: Callable[[], ObservedSource]


@attrs.frozen(kw_only=True)
class LoaderTrial(Trial):
    """A loader to be tried.

    Attributes:
        keys: the keys of all assets and source assets that it is to find, as text.
        wrong_options: options that name what is not there.
    """

    keys: Sequence[str]
    wrong_options: Mapping[str, Any]


@attrs.frozen(kw_only=True)
class MappingTrial(Trial):
    """A partition mapping to be tried.

    Attributes:
        pairs: definitions of partitions, upstream and downstream, that it maps.
        refused: pairs that it cannot map.
    """

    pairs: Sequence[tuple[Any, Any]]
    refused: Sequence[tuple[Any, Any]] = ()


@attrs.frozen(kw_only=True)
class EventStoreTrial(Trial):
    """An event store to be tried.

    Attributes:
        clear: empties it, where what it keeps is not in the directory; called while no store is open.
    """

    clear: Callable[[], object] | None = None


@attrs.frozen
class Installed:
    """Makes what an installed plugin provides; can cross to another process.

    Attributes:
        kind: the class of the plugin's record.
        name: the name it is provided by.
        options: the options for its factory.
    """

    kind: type[Provision]
    name: str
    options: Mapping[str, Any]

    def __call__(self, directory: Path) -> Any:
        """Return it, at work in a directory."""
        return _plugins_in(directory).create(self.kind, Use(self.name, self.options))


@functools.lru_cache(maxsize=8)
def _plugins_in(directory: Path) -> Plugins:
    return Plugins.discover(Settings(directory=directory, storage=directory / "storage"))


@contextmanager
def opened(
    kind: type[Provision], trial_class: type[_T], subject: str | Trial, directory: Path
) -> Iterator[tuple[_T, Callable[[Path], Any], frozenset[str]]]:
    """Give the trial of a subject, what makes the thing in a directory, and what it claims.

    Args:
        kind: the class of the record.
        trial_class: the class of trials that the kind needs.
        subject: the name of an installed plugin, or a trial.
        directory: an empty directory.

    Raises:
        UnknownProvisionError: no installed plugin provides the name.
        InvalidDefinitionError: the trial is of another kind, or claims what there is not.
    """
    name = subject if isinstance(subject, str) else subject.use
    record = _plugins_in(directory).get(kind, name) if isinstance(name, str) else None
    with _trial(record, trial_class, subject, directory) as trial:
        if not isinstance(trial, trial_class):
            raise InvalidDefinitionError(
                f"{trial.label}: a trial of this kind is of the class {trial_class.__name__}, not {trial!r}."
            )
        make = trial.use if callable(trial.use) else Installed(kind, trial.use, trial.options)
        yield _filled(trial, record), make, _claims(kind, trial, record)


@contextmanager
def _trial(
    record: Provision | None, trial_class: type[_T], subject: str | Trial, directory: Path
) -> Iterator[Any]:
    if isinstance(subject, Trial):
        yield subject
        return
    if record is None or not record.conformance:
        try:
            yield trial_class(use=subject)
        except TypeError as error:
            raise InvalidDefinitionError(
                f"{subject!r} cannot be tried by its name alone ({error}). Name what makes a "
                f"{trial_class.__name__} as 'conformance' in the plugin's record, or give one."
            ) from error
        return
    module, _, attribute = record.conformance.partition(":")
    made = getattr(importlib.import_module(module), attribute)(directory)
    if isinstance(made, AbstractContextManager):
        with made as trial:
            yield trial
    else:
        yield made


def _filled(trial: _T, record: Provision | None) -> _T:
    """Return the trial with what its plugin's record says where it says nothing itself."""
    said = {
        name: getattr(record, name)
        for name in ("types", "safe")
        if getattr(trial, name, ...) is None and hasattr(record, name)
    }
    return attrs.evolve(trial, **said)


def _claims(kind: type[Provision], trial: Trial, record: Provision | None) -> frozenset[str]:
    known = kind.CLAIMS
    if kind is ExecutorPlugin:
        known = ("processes",)
    if trial.claims is not None:
        claims = frozenset(trial.claims)
    elif isinstance(record, ExecutorPlugin):
        claims = frozenset(() if record.in_process else ("processes",))
    else:
        claims = frozenset(record.claims if record else ())
    for claim in claims - set(known):
        raise InvalidDefinitionError(f"{trial.label} cannot claim {claim!r}.{did_you_mean(claim, known)}")
    return claims
