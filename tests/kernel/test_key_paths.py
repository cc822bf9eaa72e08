from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.key_paths import encode_identifier, encode_part, from_database_text, to_database_text

anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=400)
similar = st.text(st.sampled_from("./%_~aA0\0é\ud800"), max_size=6)
long_part = st.integers(150, 400).map("x".__mul__)
parts = st.one_of(anything, similar, long_part)


@pytest.mark.parametrize("part", ["orders", "Orders_2024", "2024-01-01", "_", "-"])
def test_plain_part_stands_for_itself(part: str) -> None:
    """Letters, digits, _ and - are left as they are."""
    assert encode_part(part) == part


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ("..", "%2E%2E"),
        ("a/b", "a%2Fb"),
        ("a=b", "a%3Db"),
        ("100%", "100%25"),
        ("é", "%C3%A9"),
        ("\ud800", "%ED%A0%80"),
        ("\0", "%00"),
        ("", "%_"),
        ("CON", "%_CON"),
        ("lpt9", "%_lpt9"),
    ],
)
def test_other_part_is_written_in_percents(part: str, name: str) -> None:
    """What could be mistaken for a path, or for a device, is encoded; the names are part of the format."""
    assert encode_part(part) == name


@given(parts)
def test_name_is_one_safe_file_name(part: str) -> None:
    """No part gives a path, an extension, a partition mark, a temporary file, or more than 160 characters."""
    assert re.fullmatch(r"(?:[A-Za-z0-9_-]|%[0-9A-F]{2}|%_|%~(?=[0-9a-f]{64}$)){1,160}", encode_part(part))


@given(parts, parts)
def test_different_parts_have_different_names(one: str, other: str) -> None:
    """Encoding loses nothing."""
    assert (encode_part(one) == encode_part(other)) == (one == other)


def test_parts_that_differ_only_at_the_end_of_a_long_name_do_not_collide() -> None:
    """Past the longest name a digest of the whole part tells it from others."""
    names = {encode_part("é" * 300 + end) for end in ("", "a", "b")}
    assert len(names) == 3
    assert all(name.startswith("%C3%A9%C3%A9") for name in names)


def test_name_of_a_long_part_is_no_other_part() -> None:
    """Not even the name itself, used as a part, gives the same name."""
    name = encode_part("x" * 300)
    assert encode_part(name) != name


# -- names in databases --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (["orders_2024"], "orders_2024"),
        (["shop", "orders"], "shop$_orders"),
        (["Orders"], "$4frders"),
        (["2024-01"], "2024$2d01"),
        (["a$b"], "a$24b"),
        (["é"], "$c3$a9"),
        (["\ud800"], "$ed$a0$80"),
        (["", "a", ""], "$z$_a$_$z"),
    ],
)
def test_key_is_an_identifier(key: list[str], name: str) -> None:
    """Small letters, digits and _ are left as they are; the names are part of the format."""
    assert encode_identifier(key) == name


@settings(deadline=None)
@given(st.lists(parts, min_size=1, max_size=3), st.sampled_from(["", "$r"]))
def test_identifier_fits_every_database(key: list[str], mark: str) -> None:
    """No key gives a name that a database would fold, cut or mistake for two."""
    name = encode_identifier(key, mark)
    assert re.fullmatch(r"(?:\$r)?(?:[a-z0-9_]|\$[0-9a-f]{0,2}|\$_|\$z|\$x(?=[a-z2-7]{32}$)){1,63}", name)


@settings(deadline=None)
@given(st.lists(parts, min_size=1, max_size=3), st.lists(parts, min_size=1, max_size=3))
def test_different_keys_have_different_identifiers(one: list[str], other: list[str]) -> None:
    """Encoding loses nothing, and a mark keeps names apart that share nothing else."""
    assert (encode_identifier(one) == encode_identifier(other)) == (one == other)
    assert encode_identifier(one, mark="$r") != encode_identifier(other)


def test_long_keys_that_differ_at_their_ends_do_not_collide() -> None:
    """Past the longest name a digest of the whole key tells it from others."""
    names = {encode_identifier(["x" * 100, end]) for end in ("", "a", "b")} | {encode_identifier(["x" * 63])}
    assert len(names) == 4
    assert max(map(len, names)) == 63


@given(anything, anything)
def test_database_text_tells_texts_apart_and_can_be_read(one: str, other: str) -> None:
    """What PostgreSQL and UTF-8 cannot hold is not in it."""
    text = to_database_text(one)
    assert "\0" not in text
    text.encode()  # raises where half a surrogate pair is left
    assert from_database_text(text) == one
    assert (text == to_database_text(other)) == (one == other)


@pytest.mark.parametrize(
    ("text", "kept"),
    [("2024-01-01", "2024-01-01"), ("é", "é"), ("", ""), ("a\0", "%:6100"), ("%:61", "%:253a3631")],
)
def test_database_text_is_the_text_where_that_will_do(text: str, kept: str) -> None:
    """The forms are part of the format."""
    assert to_database_text(text) == kept
