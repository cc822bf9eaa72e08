from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.key_paths import encode_part

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
