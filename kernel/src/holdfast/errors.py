"""Every error Holdfast raises, on one page.

    Error (Exception)
    ├── InvalidDefinitionError (ValueError)      a definition cannot be used as written
    │   ├── InvalidNameError                     a name or key part breaks the naming rule
    │   ├── InvalidMetadata                      metadata that is malformed, or given twice
    │   ├── DuplicateKeyError                    two definitions of one asset key
    │   ├── UnknownUpstreamError                 an asset reads a key that nothing defines
    │   ├── CycleError                           assets that wait for each other
    │   ├── UnsupportedParameterError            a parameter this version refuses
    │   ├── InvalidConfigDefinitionError         a config schema cannot be used as written
    │   ├── MissingResourceError (KeyError)      a resource is needed that nobody provides
    │   └── ResourceConflictError (InvalidInvocationError)  two resources under one key
    ├── InvalidSubsetError (ValueError)          a selection names what is not there
    │   ├── UnknownSelectionError                ... a key, group, kind or tag
    │   └── SelectionSyntaxError                 ... or cannot be read, with the character
    ├── InvalidInvocationError (TypeError)       a definition is called the wrong way
    │   └── NothingToDoError                     ... or nothing is left of what is asked for
    ├── InvalidConfigError (ValueError)          run config that does not fit
    ├── InvariantViolationError (RuntimeError)   user code broke a promise of its definition
    │   └── UnknownJobError (KeyError)           a job name the repository does not have
    ├── UnknownResourceError (KeyError)          a resource that was not asked for
    ├── UnknownPartitionError (KeyError)         a partition key outside its definition
    ├── RunNotFoundError (KeyError)              a run id the event store does not know
    ├── UnmetExecutorRequirementsError           the executor cannot run what was asked
    ├── UserCodeExecutionError (RuntimeError)    code of the user's raised
    │   ├── ExecutionStepExecutionError          ... in a step
    │   ├── ResourceFunctionError                ... in a resource function
    │   ├── ConfigMappingFunctionError           ... in a config mapping
    │   └── TypeCheckError                       ... in a type check
    ├── TypeCheckDidNotPass (TypeError)          a value is not of its declared type
    ├── ExecutionInterruptedError                the run was asked to stop
    ├── SubprocessError (RuntimeError)           a worker process died or could not start
    ├── StorageError (OSError)                   a store could not keep or return a value
    │   ├── StepOutputNotFoundError (KeyError)   a value that was never stored
    │   │   └── MissingOutputError               ... as its computation did not make it (InvariantViolation)
    │   ├── RunExistsError                       a run id that another run has
    │   ├── NoFormatError (TypeError)            no active format takes the value's type
    │   └── UntrustedFormatError                 a pickle in a store not marked trusted
    ├── SettingsError (ValueError)               the repository's settings cannot be read
    └── PluginError (RuntimeError)               a plugin cannot be used
        ├── UnknownProvisionError (KeyError)     a name that no active plugin provides
        └── PluginConflictError                  two plugins provide one name

Errors are caught by type. Each builds its message from its arguments, keeps them as attributes, and
crosses process boundaries unchanged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

__all__ = [
    "ConfigMappingFunctionError",
    "CycleError",
    "DuplicateKeyError",
    "Error",
    "ExecutionInterruptedError",
    "ExecutionStepExecutionError",
    "InvalidConfigDefinitionError",
    "InvalidConfigError",
    "InvalidDefinitionError",
    "InvalidInvocationError",
    "InvalidMetadata",
    "InvalidNameError",
    "InvalidSubsetError",
    "InvariantViolationError",
    "MissingOutputError",
    "MissingResourceError",
    "NoFormatError",
    "NothingToDoError",
    "PluginConflictError",
    "PluginError",
    "ResourceConflictError",
    "ResourceFunctionError",
    "RunExistsError",
    "RunNotFoundError",
    "SelectionSyntaxError",
    "SettingsError",
    "StepOutputNotFoundError",
    "StorageError",
    "SubprocessError",
    "TypeCheckDidNotPass",
    "TypeCheckError",
    "UnknownJobError",
    "UnknownPartitionError",
    "UnknownProvisionError",
    "UnknownResourceError",
    "UnknownSelectionError",
    "UnknownUpstreamError",
    "UnmetExecutorRequirementsError",
    "UnsupportedParameterError",
    "UntrustedFormatError",
    "UserCodeExecutionError",
    "did_you_mean",
]


def did_you_mean(name: object, known: Iterable[str], *, limit: int = 12) -> str:
    """Return a sentence that leads from a wrong name to a valid one.

    Args:
        name: the name that was not found.
        known: every valid name.
        limit: how many valid names to list when none is near.

    Returns:
        ``" Did you mean 'x'?"``, else the known names, else ``""`` when there are none. The sentence
        starts with a space, so that it can follow another.
    """
    import difflib  # 5 ms to import, and only needed once something is already wrong

    names = sorted(set(map(str, known)))
    near = difflib.get_close_matches(str(name), names, n=3, cutoff=0.6)
    if near:
        return f" Did you mean {' or '.join(map(repr, near))}?"
    if not names:
        return ""
    shown = ", ".join(names[:limit])
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return f" Known: {shown}{more}."


def _revive(cls: type[Error], args: tuple[Any, ...], state: dict[str, Any]) -> Error:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class Error(Exception):
    """Base class of every error that Holdfast raises on purpose."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _revive, (type(self), self.args, self.__dict__)

    def __str__(self) -> str:
        # KeyError prints the repr of its argument; every error here prints its message.
        return str(self.args[0]) if self.args else ""


# -- definitions -------------------------------------------------------------------------------------


class InvalidDefinitionError(Error, ValueError):
    """A definition cannot be used as written."""


class InvalidNameError(InvalidDefinitionError):
    """A name or key part breaks the naming rule."""

    def __init__(self, name: object, what: str, rule: str) -> None:
        self.name, self.what, self.rule = name, what, rule
        super().__init__(f"{name!r} is not a valid {what}: {rule}.")


class InvalidMetadata(InvalidDefinitionError):  # noqa: N818 - the name is the asset API's
    """Metadata is malformed, or given in two forms."""


class DuplicateKeyError(InvalidDefinitionError):
    """Two definitions of one asset key."""

    def __init__(self, key: str, places: Sequence[str]) -> None:
        self.key, self.places = key, tuple(places)
        super().__init__(
            f"Asset key '{key}' is defined {len(places)} times: {'; '.join(places)}. "
            "Rename one of them, or give it a key_prefix."
        )


class UnknownUpstreamError(InvalidDefinitionError):
    """An asset reads a key that no given asset or source asset has."""

    def __init__(self, upstream: str, asset: str, place: str, known: Iterable[str]) -> None:
        self.upstream, self.asset, self.place = upstream, asset, place
        super().__init__(
            f"Asset '{asset}' ({place}) reads '{upstream}', which is neither an asset nor a source asset "
            f"here.{did_you_mean(upstream, known)} Correct the argument's name, map it with "
            f"ins={{...: AssetIn(key=...)}}, or add SourceAsset('{upstream}')."
        )


class CycleError(InvalidDefinitionError):
    """Assets that wait for each other."""

    def __init__(self, cycle: Sequence[str], places: Sequence[str]) -> None:
        self.cycle, self.places = tuple(cycle), tuple(places)
        path = " -> ".join([*_shortened(cycle), cycle[0]])
        where = "; ".join(_shortened(list(dict.fromkeys(places))))
        super().__init__(
            f"Assets depend on each other in a cycle: {path} (defined at {where}). "
            "Remove one of these dependencies."
        )


def _shortened(names: Sequence[str], limit: int = 12) -> Sequence[str]:
    if len(names) <= limit:
        return names
    half = limit // 2
    return [*names[:half], f"... {len(names) - 2 * half} more ...", *names[-half:]]


class UnsupportedParameterError(InvalidDefinitionError):
    """A parameter of the asset API that this version refuses rather than ignores."""

    def __init__(self, parameter: str, where: str, instead: str) -> None:
        self.parameter, self.where, self.instead = parameter, where, instead
        super().__init__(f"{where}: '{parameter}' is not supported by this version. {instead}")


class InvalidConfigDefinitionError(InvalidDefinitionError):
    """A config schema cannot be used as written."""


class MissingResourceError(InvalidDefinitionError, KeyError):
    """A resource is needed that nobody provides."""

    def __init__(self, key: str, needed_by: str, known: Iterable[str], hint: str = "") -> None:
        self.key, self.needed_by, self.hint = key, needed_by, hint
        super().__init__(
            f"{needed_by} needs the resource '{key}', which nobody provides.{did_you_mean(key, known)} "
            f"Provide it with with_resources(..., {{'{key}': ...}}) or resource_defs. {hint}".rstrip()
        )


class InvalidInvocationError(Error, TypeError):
    """A definition is called the wrong way."""


class NothingToDoError(InvalidInvocationError):
    """Nothing is left of what is asked for: what a script may take for success."""


class ResourceConflictError(InvalidDefinitionError, InvalidInvocationError):
    """Two different resources under one key."""

    def __init__(self, key: str, first: str, second: str) -> None:
        self.key, self.first, self.second = key, first, second
        super().__init__(
            f"Resource key '{key}' is given twice with different objects: by {first} and by {second}. "
            "Give both the same resource object, or use two keys."
        )


# -- selections and calls ----------------------------------------------------------------------------


class InvalidSubsetError(Error, ValueError):
    """A selection names what is not there."""


class UnknownSelectionError(InvalidSubsetError):
    """A selection names a key, group, kind or tag that no asset has."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        self.what, self.name = what, name
        super().__init__(f"No asset here has the {what} '{name}'.{did_you_mean(name, known)}")


class SelectionSyntaxError(InvalidSubsetError):
    """A selection that cannot be read; the message points at the character."""

    def __init__(self, text: str, position: int, problem: str) -> None:
        self.text, self.position, self.problem = text, position, problem
        # One line, whatever the text: the caret must stand below its character.
        before = text[:position] if position <= 60 else f"...{text[position - 60 : position]}"
        after = text[position : position + 40] + ("..." if len(text) > position + 40 else "")
        line = (before + after).translate(dict.fromkeys(map(ord, "\n\r\t"), " "))
        super().__init__(f"Selection syntax: {problem}.\n  {line}\n  {' ' * len(before)}^")


class InvalidConfigError(Error, ValueError):
    """Run config that does not fit; ``problems`` lists every one with its path."""

    def __init__(self, what: str, problems: Sequence[str]) -> None:
        self.what, self.problems = what, tuple(problems)
        super().__init__(f"{what}:" + "".join(f"\n  - {problem}" for problem in problems))


# -- running -----------------------------------------------------------------------------------------


class InvariantViolationError(Error, RuntimeError):
    """User code broke a promise of its own definition, or asked for what is not there."""


class UnknownResourceError(Error, KeyError, AttributeError):
    """Code reaches for a resource that it did not ask for."""

    def __init__(self, key: str, user: str, known: Iterable[str], fix: str = "") -> None:
        self.key, self.user = key, user
        fix = fix or f"Ask for it with required_resource_keys={{'{key}'}}."
        super().__init__(f"{user} has no resource '{key}'.{did_you_mean(key, known)} {fix}")


class UnknownPartitionError(Error, KeyError):
    """A partition key outside its definition."""

    def __init__(self, key: object, partitions: str, hint: str = "") -> None:
        self.key, self.partitions, self.hint = key, partitions, hint
        super().__init__(f"{key!r} is not the key of one of {partitions}.{hint}")


class RunNotFoundError(Error, KeyError):
    """A run id that the event store does not know."""

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        super().__init__(f"No run '{run_id}' in the event store. 'holdfast runs list' lists the known ones.")


class UnknownJobError(InvariantViolationError, KeyError):
    """A job name that the repository does not have."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name = name
        super().__init__(f"No job '{name}' in the repository.{did_you_mean(name, known)}")


class UnmetExecutorRequirementsError(Error, RuntimeError):
    """The executor cannot run what was asked of it."""


class UserCodeExecutionError(Error, RuntimeError):
    """Code of the user's raised; ``__cause__`` is what it raised, where that could be kept."""


class ExecutionStepExecutionError(UserCodeExecutionError):
    """A step failed; the message shows the user's frames."""

    def __init__(self, step_key: str, assets: Sequence[str], report: str) -> None:
        self.step_key, self.assets, self.report = step_key, tuple(assets), report
        what = f"Asset '{', '.join(assets)}'" if assets else f"Step '{step_key}'"
        super().__init__(f"{what} failed.\n{report}")


class ResourceFunctionError(UserCodeExecutionError):
    """A resource function raised, when the resource was set up or torn down."""

    def __init__(self, key: str, problem: str, attempted: str = "set up") -> None:
        self.key, self.problem = key, problem
        super().__init__(f"The resource '{key}' could not be {attempted}: {problem}")


class ConfigMappingFunctionError(UserCodeExecutionError):
    """A config mapping function raised."""


class TypeCheckError(UserCodeExecutionError):
    """A type check function raised or returned something that is no verdict."""


class TypeCheckDidNotPass(Error, TypeError):  # noqa: N818 - the name is the asset API's
    """A value is not of its declared type; with what the check said, and the metadata it gave."""

    def __init__(
        self,
        what: str,
        expected: str,
        found: str,
        description: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        self.what, self.expected, self.found = what, expected, found
        self.description, self.metadata = description, dict(metadata or {})
        why = description or f"the check did not pass a value of the Python type {found}"
        super().__init__(f"{what} is not of the type {expected}: {why}.")


class ExecutionInterruptedError(Error):
    """The run was asked to stop before it was done."""


class SubprocessError(Error, RuntimeError):
    """A worker process died or could not start."""


# -- storage -----------------------------------------------------------------------------------------


class StorageError(Error, OSError):
    """A store could not keep or return a value."""


class StepOutputNotFoundError(StorageError, KeyError):
    """A value was asked for that was never stored."""

    def __init__(self, what: str, where: str, fix: str = "Materialize it first.") -> None:
        self.what, self.where = what, where
        super().__init__(f"{what} is not stored at {where}. {fix}")


class MissingOutputError(StepOutputNotFoundError, InvariantViolationError):
    """A computation did not make an output that it must make."""

    def __init__(self, title: str, output_name: str) -> None:
        self.title, self.output_name = title, output_name
        Error.__init__(
            self,
            f"{title} did not return or yield the required output '{output_name}'. Make it, or say "
            "is_required=False or output_required=False.",
        )


class RunExistsError(StorageError):
    """A run starts under an id that the event store knows from another run."""

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        super().__init__(f"Run '{run_id}' has started before. Give every run an id of its own.")


class NoFormatError(StorageError, TypeError):
    """No active format takes the value's type."""

    def __init__(self, type_name: str, asset: str, active: Iterable[str], fix: str) -> None:
        self.type_name, self.asset, self.active = type_name, asset, tuple(active)
        formats = ", ".join(self.active) or "none"
        super().__init__(f"No format can store the {type_name} of {asset} (active formats: {formats}). {fix}")


class UntrustedFormatError(StorageError):
    """A value in a format that can run code, in a store that is not marked trusted."""

    def __init__(self, what: str, format_name: str, where: str) -> None:
        self.what, self.format_name, self.where = what, format_name, where
        super().__init__(
            f"{what} at {where} is stored as {format_name}, which can run code when it is loaded, and this "
            "store is not marked trusted. Set trusted = true for the IO manager if only you write there."
        )


# -- settings and plugins ----------------------------------------------------------------------------


class SettingsError(Error, ValueError):
    """The repository's settings cannot be read."""

    def __init__(self, file: str, path: str, problem: str) -> None:
        self.file, self.path, self.problem = file, path, problem
        super().__init__(f"{file}: [{path}] {problem}" if path else f"{file}: {problem}")


class PluginError(Error, RuntimeError):
    """A plugin cannot be used; the message gives its state and the reason."""

    def __init__(self, plugin: str, state: str, reason: str) -> None:
        self.plugin, self.state, self.reason = plugin, state, reason
        super().__init__(f"Plugin '{plugin}' is {state}: {reason}")


class UnknownProvisionError(PluginError, KeyError):
    """A name that no active plugin provides."""

    def __init__(self, kind: str, name: str, known: Iterable[str], hint: str = "") -> None:
        self.kind, self.name, self.hint = kind, name, hint
        message = f"No active plugin provides the {kind} '{name}'.{did_you_mean(name, known)} {hint}"
        Error.__init__(self, message.rstrip())


class PluginConflictError(PluginError):
    """Two plugins provide one name."""

    def __init__(self, kind: str, name: str, distributions: Mapping[str, str]) -> None:
        self.kind, self.name, self.distributions = kind, name, dict(distributions)
        owners = " and ".join(f"'{plugin}' ({dist})" for plugin, dist in distributions.items())
        Error.__init__(
            self,
            f"The {kind} '{name}' is provided by {owners}. Switch one of the plugins off in the settings.",
        )
