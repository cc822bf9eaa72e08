"""Asset keys and the names they are made of."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest

from holdfast import AssetKey, InvalidDefinitionError, InvalidNameError, asset
from holdfast.keys import check_group_name, check_name, key_prefix_parts


def test_a_string_is_a_key_of_one_part() -> None:
    """A key made from a string equals the key made from a list of it, and hashes alike."""
    assert AssetKey("a") == AssetKey(["a"])
    assert hash(AssetKey("a")) == hash(AssetKey(("a",)))


def test_a_slash_in_a_string_separates_nothing() -> None:
    """Only `from_user_string` takes a slash for a separator."""
    assert AssetKey("a/b") != AssetKey(["a", "b"])
    assert AssetKey.from_user_string("a/b") == AssetKey(["a", "b"])


def test_the_user_string_joins_the_parts_with_slashes() -> None:
    """People read a key as a/b."""
    assert str(AssetKey(["a", "b"])) == AssetKey(["a", "b"]).to_user_string() == "a/b"


def test_a_key_is_immutable() -> None:
    """Setting an attribute is an error."""
    with pytest.raises(AttributeError, match="immutable"):
        AssetKey("a").parts = ("b",)  # type: ignore[misc]


def test_changing_the_path_list_leaves_the_key_as_it_was() -> None:
    """`path` is a copy."""
    key = AssetKey(["a", "b"])
    key.path.append("c")
    assert key == AssetKey(["a", "b"])


@pytest.mark.parametrize("path", [[], (), ["a", 1], 7, None, {"a"}])
def test_a_path_must_be_strings_and_not_empty(path: object) -> None:
    """Anything but a string or a non-empty sequence of strings is an error that shows it."""
    with pytest.raises(InvalidDefinitionError, match="non-empty sequence of strings"):
        AssetKey(path)  # type: ignore[arg-type]


def test_a_definition_stands_for_its_key() -> None:
    """Where a key is asked for, the definition of one asset will do."""

    @asset(key_prefix="x")
    def orders() -> None: ...

    assert AssetKey.from_coercible(orders) == AssetKey(["x", "orders"])


def test_keys_hash_alike_in_every_process() -> None:
    """A pickled key is found in a dictionary of a process whose strings hash differently."""
    data = pickle.dumps(AssetKey(["a", "b"]))
    program = (
        "import pickle, sys; from holdfast import AssetKey; "
        "sys.exit(pickle.loads(sys.stdin.buffer.read()) not in {AssetKey(['a', 'b']): 1})"
    )
    environment = {"PYTHONHASHSEED": "12345"}
    assert subprocess.run([sys.executable, "-c", program], input=data, env=environment).returncode == 0


@pytest.mark.parametrize("name", ["a b", "a-b", "", "ä", "a/b", "a.b", "a\n", None, 3])
def test_names_are_letters_digits_and_underscores(name: object) -> None:
    """Any other name of a definition is an error that shows it."""
    with pytest.raises(InvalidNameError, match="letters, digits and _"):
        check_name(name)


@pytest.mark.parametrize("name", ["context", "class", "None", "int", "type", "config", "dict"])
def test_reserved_words_are_no_names(name: str) -> None:
    """Python's keywords and the asset API's words are refused with a suffix as the fix."""
    with pytest.raises(InvalidNameError, match=f"'{name}_'"):
        check_name(name)


def test_a_group_may_be_called_like_a_keyword() -> None:
    """Group names follow the rule of characters only."""
    assert check_group_name("class") == "class"


def test_a_group_name_keeps_the_rule_of_characters() -> None:
    """A group name with a space is an error that calls it a group name."""
    with pytest.raises(InvalidNameError, match="group name"):
        check_group_name("a b")


def test_a_prefix_is_one_part_or_several() -> None:
    """A string is one part, none is no part."""
    assert key_prefix_parts("a") == ("a",)
    assert key_prefix_parts(["a", "b"]) == ("a", "b")
    assert key_prefix_parts(None) == ()
