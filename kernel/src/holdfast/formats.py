"""The active formats, and which one is chosen for a value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs

from holdfast.errors import NoFormatError, PluginConflictError, StorageError
from holdfast.interfaces import Format

__all__ = ["ActiveFormat", "Formats"]


@attrs.frozen
class ActiveFormat:
    """A format that an active plugin provides.

    Attributes:
        name: the format's name, unique among the active formats.
        types: dotted names of the classes it claims; subclasses are included.
        extension: the file extension, with its dot.
        make: returns the format; called when it is first needed.
        safe: whether loading cannot run code. Pickle is not safe.
        owner: the plugin that provides it.
        partial: whether it may refuse a value of a type it claims; see `Format.refusal`.
    """

    name: str
    types: tuple[str, ...]
    extension: str
    make: Callable[[], Format]
    safe: bool = True
    owner: str = ""
    partial: bool = False


class Formats:
    """The active formats, chosen by the type of a value or by the extension of a file.

    Args:
        active: the active formats; where two claim one type or one extension, the earlier one wins if
            ``ordered``.
        ordered: whether the order of ``active`` is the user's own, from settings.
    """

    def __init__(self, active: Sequence[ActiveFormat] = (), *, ordered: bool = False) -> None:
        self.active = tuple(active)
        self._ordered = ordered
        self._made: dict[str, Format] = {}
        self._by_type: dict[tuple[type, bool], tuple[ActiveFormat, ...]] = {}

    def for_value(self, obj: Any, *, trusted: bool, what: object) -> ActiveFormat:
        """Return the format that stores ``obj``: the one that claims its class, else its nearest base.

        Of those that claim one class, those that may refuse a value of it come last.

        Args:
            obj: the value.
            trusted: whether formats that are not safe may be chosen.
            what: whose value it is; its text is asked for when there is a message to put it in.

        Raises:
            NoFormatError: none does, or those that do refuse this value.
            PluginConflictError: two claim the class and the settings do not order them, or files with the
                extension of the one that claims it would be read by another.
        """
        key = (type(obj), trusted)
        if key not in self._by_type:
            self._by_type[key] = self._choose(*key)
        refusals = []
        for chosen in self._by_type[key]:
            refusal = self.get(chosen).refusal(obj) if chosen.partial else None
            if refusal is None:
                return chosen
            refusals.append(f"The format {chosen.name} refuses it: {refusal} ")
        title = str(what)
        names = [f.name for f in self.active]
        fix = "Install or activate a plugin with a format for this type"
        fix += "." if trusted else ", or set trusted = true for the IO manager to allow pickle."
        problem = "".join(refusals)
        raise NoFormatError(_dotted(type(obj)), title[:1].lower() + title[1:], names, problem + fix)

    def for_extension(self, extension: str, *, what: object) -> ActiveFormat:
        """Return the format that reads files with this extension.

        Args:
            extension: the extension, with its dot.
            what: what is stored in the file; its text begins the message, if there is one.

        Raises:
            StorageError: no active format has it.
            PluginConflictError: two have it and the settings do not order them.
        """
        claims = [f for f in self.active if f.extension == extension]
        if not claims:
            known = ", ".join(f"{f.name} ({f.extension})" for f in self.active) or "none"
            raise StorageError(
                f"{what} is stored in a {extension} file, which no active format reads (active formats: "
                f"{known}). Install or activate the plugin that wrote it, or materialize the asset again."
            )
        if len(claims) > 1 and not self._ordered:
            raise _conflict("format for the extension", extension, claims)
        return claims[0]

    def get(self, active: ActiveFormat) -> Format:
        """Return the format itself, made once."""
        if active.name not in self._made:
            self._made[active.name] = active.make()
        return self._made[active.name]

    def _choose(self, cls: type, trusted: bool) -> tuple[ActiveFormat, ...]:
        """Return the formats to ask for a value of a class, in order; only the last may take every value."""
        usable = [f for f in self.active if trusted or f.safe]
        chosen: list[ActiveFormat] = []
        for base in cls.__mro__:
            names = {_dotted(base), f"{base.__module__.partition('.')[0]}.{base.__qualname__}"}
            claims = [f for f in usable if not names.isdisjoint(f.types)]
            whole = [f for f in claims if not f.partial]
            if len(whole or claims) > 1 and not self._ordered:
                raise _conflict("format for the type", _dotted(base), whole or claims)
            for claim in whole[:1] or claims:
                reader = self.for_extension(claim.extension, what=_dotted(cls))
                if reader is not claim:
                    raise _conflict("format for the extension", reader.extension, [reader, claim])
                chosen.append(claim)
            if whole:
                break
        return tuple(chosen)


def _conflict(kind: str, name: str, claims: Sequence[ActiveFormat]) -> PluginConflictError:
    return PluginConflictError(kind, name, {f.name: f"plugin '{f.owner}'" for f in claims})


def _dotted(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"
