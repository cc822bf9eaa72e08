from __future__ import annotations

import io
import pickle
from typing import IO, Any

import pytest

from holdfast.builtins.pickle_format import PickleFormat
from holdfast.errors import NoFormatError, PluginConflictError, StorageError
from holdfast.formats import ActiveFormat, Formats
from holdfast.interfaces import Format, LoadRequest


class Table:
    pass


class WideTable(Table):
    pass


class Bytes(Format):
    def dump(self, obj: Any, file: IO[bytes]) -> None:
        file.write(obj)

    def load(self, file: IO[bytes], request: LoadRequest) -> Any:
        return file.read()


def active(name: str, *types: type | str, extension: str = "", safe: bool = True) -> ActiveFormat:
    names = tuple(t if isinstance(t, str) else f"{t.__module__}.{t.__qualname__}" for t in types)
    return ActiveFormat(name, names, extension or f".{name}", Bytes, safe, owner=f"{name}-plugin")


PICKLE = ActiveFormat("pickle", ("builtins.object",), ".pickle", PickleFormat, safe=False, owner="builtins")


@pytest.mark.parametrize("value", [Table(), WideTable()])
def test_format_of_the_nearest_class_is_chosen(value: Any) -> None:
    """A class or its nearest base decides, whatever the order of the formats."""
    formats = Formats([PICKLE, active("table", Table)])
    assert formats.for_value(value, trusted=True, what="x").name == "table"
    assert formats.for_value(1, trusted=True, what="x").name == "pickle"


def test_class_is_also_known_by_its_top_level_package() -> None:
    """A library may move a class between its modules without changing its public name."""

    class Moved:
        pass

    Moved.__module__, Moved.__qualname__ = "frames.core.frame", "Frame"
    assert Formats([active("f", "frames.Frame")]).for_value(Moved(), trusted=True, what="x").name == "f"


def test_untrusted_store_gets_no_unsafe_format() -> None:
    """Where loading must not run code, a value that only pickle takes is refused with the way out."""
    formats = Formats([PICKLE, active("table", Table)])
    assert formats.for_value(Table(), trusted=False, what="asset 'a'").name == "table"
    with pytest.raises(NoFormatError, match=r"builtins\.int of asset 'a' .*pickle, table.*trusted = true"):
        formats.for_value(1, trusted=False, what="asset 'a'")


def test_trusted_store_without_a_format_is_told_to_install_one() -> None:
    """The advice does not speak of trust where that would not help."""
    with pytest.raises(NoFormatError, match="active formats: none") as caught:
        Formats().for_value(1, trusted=True, what="asset 'a'")
    assert "trusted" not in str(caught.value)


def test_two_claims_on_one_type_are_a_conflict() -> None:
    """Without an order in the settings, the error names both formats and their plugins."""
    formats = Formats([active("one", Table), active("two", Table)])
    with pytest.raises(PluginConflictError, match=r"Table' .*'one' \(plugin 'one-plugin'\) and 'two'"):
        formats.for_value(Table(), trusted=True, what="x")


def test_two_claims_of_one_plugin_are_both_named() -> None:
    """A plugin in conflict with itself is no riddle."""
    formats = Formats([ActiveFormat(n, ("builtins.int",), f".{n}", Bytes, owner="p") for n in ("a", "b")])
    with pytest.raises(PluginConflictError, match=r"'a' .* and 'b'"):
        formats.for_value(1, trusted=True, what="x")


def test_settings_decide_between_two_claims() -> None:
    """In the user's order the first format that claims the type has it."""
    formats = Formats([active("two", Table), active("one", Table)], ordered=True)
    assert formats.for_value(Table(), trusted=True, what="x").name == "two"


def test_extension_names_the_format_that_reads_it() -> None:
    """A stored file is read by the format that has its extension."""
    formats = Formats([PICKLE, active("table", Table)])
    assert formats.for_extension(".table", what="x").name == "table"


def test_unknown_extension_names_what_is_active() -> None:
    """A file that nothing active reads is an error that says whose it is and what there is."""
    with pytest.raises(StorageError, match=r"Asset 'a' is stored in a \.x file.*pickle \(\.pickle\)"):
        Formats([PICKLE]).for_extension(".x", what="Asset 'a'")


def test_two_formats_with_one_extension_are_a_conflict() -> None:
    """A file that either of two formats may have written is not guessed at, nor written."""
    formats = Formats([active("one", Table, extension=".x"), active("two", "builtins.int", extension=".x")])
    with pytest.raises(PluginConflictError, match=r"extension '\.x'"):
        formats.for_extension(".x", what="x")
    with pytest.raises(PluginConflictError, match=r"extension '\.x'"):
        formats.for_value(1, trusted=True, what="x")


def test_order_decides_who_reads_an_extension_and_only_they_write_it() -> None:
    """What the second format wrote would be read by the first, so it is refused."""
    pair = [active("one", Table, extension=".x"), active("two", "builtins.int", extension=".x")]
    formats = Formats(pair, ordered=True)
    assert formats.for_extension(".x", what="x").name == "one"
    assert formats.for_value(Table(), trusted=True, what="x").name == "one"
    with pytest.raises(PluginConflictError, match=r"extension '\.x'"):
        formats.for_value(1, trusted=True, what="x")


class Even(Bytes):
    def refusal(self, obj: Any) -> str | None:
        return f"{obj} is odd." if obj % 2 else None


def partial(name: str, *types: str) -> ActiveFormat:
    return ActiveFormat(name, types, f".{name}", Even, owner=f"{name}-plugin", partial=True)


@pytest.mark.parametrize(("value", "name"), [(2, "even"), (1, "pickle"), (True, "pickle")])
def test_value_that_a_partial_format_refuses_goes_to_the_next(value: int, name: str) -> None:
    """A format that takes some values of its type is asked about each, and the next one has the others."""
    formats = Formats([PICKLE, partial("even", "builtins.int")])
    assert formats.for_value(value, trusted=True, what="x").name == name


def test_partial_format_gives_way_to_one_that_takes_the_whole_type() -> None:
    """That is no conflict, whatever the order."""
    pair = [partial("even", "builtins.int"), active("number", "builtins.int")]
    assert Formats(pair).for_value(2, trusted=True, what="x").name == "number"
    assert Formats(pair, ordered=True).for_value(2, trusted=True, what="x").name == "number"


def test_two_partial_formats_of_one_type_are_a_conflict_unless_ordered() -> None:
    """The first in the settings that takes the value has it."""
    pair = [partial("even", "builtins.int"), partial("more", "builtins.int")]
    with pytest.raises(PluginConflictError, match=r"'even' .* and 'more'"):
        Formats(pair).for_value(2, trusted=True, what="x")
    assert Formats(pair, ordered=True).for_value(2, trusted=True, what="x").name == "even"


def test_refusals_are_told_when_no_format_is_left() -> None:
    """The message has the format's own reason."""
    with pytest.raises(NoFormatError, match=r"format even refuses it: 3 is odd\. Install .* trusted = true"):
        Formats([PICKLE, partial("even", "builtins.int")]).for_value(3, trusted=False, what="asset 'a'")


def test_format_is_made_once_and_late() -> None:
    """A format is made when it is first used, not when it is chosen."""
    made: list[Format] = []

    def make() -> Format:
        made.append(Bytes())
        return made[-1]

    formats = Formats([ActiveFormat("b", ("builtins.bytes",), ".b", make)])
    chosen = formats.for_value(b"", trusted=True, what="x")
    assert made == []
    assert formats.get(chosen) is formats.get(chosen) is made[0]
    assert len(made) == 1


@pytest.mark.parametrize("value", [None, {"a": (1, 2.5)}, float, b"\0"])
def test_pickle_brings_values_back(value: object) -> None:
    """Pickle stores any value that the standard library can pickle."""
    file = io.BytesIO()
    PickleFormat().dump(value, file)
    file.seek(0)
    assert PickleFormat().load(file, LoadRequest()) == value


def test_pickle_uses_the_highest_protocol() -> None:
    """The newest protocol is the compact one."""
    file = io.BytesIO()
    PickleFormat().dump([1], file)
    assert file.getvalue() == pickle.dumps([1], protocol=pickle.HIGHEST_PROTOCOL)
