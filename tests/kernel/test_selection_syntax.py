from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import (
    AssetKey,
    AssetSelection,
    InvalidDefinitionError,
    SelectionSyntaxError,
    SourceAsset,
    asset,
)
from holdfast.asset_graph import AssetGraph
from holdfast.asset_node import AssetNode
from holdfast.selection_syntax import coerce_selection, parse_selection

S = AssetSelection
A, B, C = S.keys("a"), S.keys("b"), S.keys("c")


def node(name: str, reads: str = "", **more: Any) -> AssetNode:
    return AssetNode(AssetKey(name), tuple(map(AssetKey, reads.split())), **more)


GRAPH = AssetGraph(
    [
        node("r1"),
        node("r2"),
        node("a", "r1", group="raw", kind="sql", tags={"owner": "data team", "tier": "1"}),
        node("stg_b", "a r2", group="staging_x", tags={"owner": "ml"}),
        node("c", "stg_b", group="staging_y", kind="python"),
    ]
)


def names(text: str) -> str:
    return " ".join(sorted(map(str, parse_selection(text).resolve(GRAPH))))


# -- the asset API's own grammar ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", "a"),
        ("*", "a c r1 r2 stg_b"),
        ("*a", "a r1"),
        ("a*", "a c stg_b"),
        ("+stg_b", "a r2 stg_b"),
        ("++c", "a c r2 stg_b"),
        ("a+", "a stg_b"),
        ("a++", "a c stg_b"),
        ("*a*", "a c r1 stg_b"),
        ("+a+", "a r1 stg_b"),
        ("*stg_b+", "a c r1 r2 stg_b"),
        (" a ", "a"),
    ],
)
def test_spec_strings(text: str, expected: str) -> None:
    """A key with stars (all levels) or pluses (one each) goes up- and downstream of that key."""
    assert names(text) == expected


def test_both_sides_go_from_the_key() -> None:
    """Marks on both sides mean the union of both ways, not one after the other."""
    assert "r2" not in names("*a*")


def test_slash_separates_parts() -> None:
    """A key with a prefix is written with slashes."""
    assert parse_selection("a/b") == S.keys(AssetKey(["a", "b"]))


# -- the whole algebra -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a or b", A | B),
        ("a and b", A & B),
        ("not a", ~A),
        ("a and not b", A - B),
        ("a or b and c", A | (B & C)),
        ("(a or b) and c", (A | B) & C),
        ("not a or b", ~A | B),
        ("not (a or b)", ~(A | B)),
        ("not not a", A),
        ("not a*", ~A.downstream()),
        ("a* and not a", A.downstream(include_self=False)),
        ("(a or b)*", (A | B).downstream()),
        ("+(a or b)", (A | B).upstream(1)),
        ("(a+)*", A.downstream(1).downstream()),
        ("(*)+", S.all().downstream(1)),
        ("* and a", S.all() & A),
        ("sources(a*)", A.downstream().sources()),
        ("sinks( * )", S.all().sinks()),
        ("sinks(a or b)+", (A | B).sinks().downstream(1)),
        ("group:raw", S.groups("raw")),
        ("group:raw+", S.groups("raw").downstream(1)),
        ("*kind:sql", S.kinds("sql").upstream()),
        ("tag:owner", S.tag("owner")),
        ('tag:owner="data team"', S.tag("owner", "data team")),
        ('tag:owner=""', S.tag("owner", "")),
        ("key:a", A),
        ("key:stg_*", S.matching("stg_*")),
        ("(key:stg_?)*", S.matching("stg_?").downstream()),
        ("a\nor\tb", A | B),
        ("a and(b)", A & B),
    ],
)
def test_text_means_what_python_builds(text: str, expected: AssetSelection) -> None:
    """Each construct of the grammar is a combination of the Python algebra."""
    assert parse_selection(text) == expected


@pytest.mark.parametrize("text", ["+(a or b)++", "*sinks(*)*"])
def test_marks_on_both_sides_of_any_term(text: str) -> None:
    """A term in parentheses takes marks on both sides, as a key does."""
    assert str(parse_selection(text)) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("key:stg_*", "stg_b"),
        ("key:*", "a c r1 r2 stg_b"),
        ("key:r?", "r1 r2"),
        ("group:staging_*", "c stg_b"),
        ("group:raw or kind:python", "a c"),
        ("kind:*", "a c"),
        ("tag:*=ml", "stg_b"),
        ('tag:owner="data "*', "a"),
        ("tag:t*", "a"),
    ],
)
def test_wildcards_after_a_qualifier(text: str, expected: str) -> None:
    """In keys, groups, kinds and tags after a qualifier, a star and a question mark are wildcards."""
    assert names(text) == expected


# -- hostile names -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('"weird name"', ["weird name"]),
        ('key:"weird name"', ["weird name"]),
        ('"and"', ["and"]),
        ('warehouse/"my table"', ["warehouse", "my table"]),
        ('"a*"', ["a*"]),
        ('key:"a*"', ["a*"]),
        (r'"say \"hi\" \u00e9 \\"', ['say "hi" é \\']),
        ('key:["a/b", "c"]', ["a/b", "c"]),
        ('key:[ "x" ]', ["x"]),
        ('""', [""]),
        ("sources", ["sources"]),
        ("änderung", ["änderung"]),
        ("../x", ["..", "x"]),
    ],
)
def test_any_key_can_be_written(text: str, parts: list[str]) -> None:
    """Quotes hold any text, and a JSON list any parts; the words of the grammar are quoted."""
    assert parse_selection(text) == S.keys(AssetKey(parts))


def test_quoted_key_takes_marks() -> None:
    """Marks after a quoted key, or a list of parts in parentheses, go downstream."""
    assert parse_selection('"a b"*') == S.keys("a b").downstream()
    assert parse_selection('(key:["a/b"])*') == S.keys(AssetKey("a/b")).downstream()


def test_quoted_part_of_a_pattern_is_literal() -> None:
    """In a pattern, only what is not quoted may be a wildcard."""
    graph = AssetGraph([node("a*1"), node("ab1")])
    assert parse_selection('key:"a*"?').resolve(graph) == {AssetKey("a*1")}


# -- printing ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("selection", "text"),
    [
        (S.all(), "*"),
        (S.keys(), "* and not *"),
        (S.keys("a", "b/c"), "a or b/c"),
        (S.keys(AssetKey(["a/b", "c"])).downstream(), '(key:["a/b", "c"])*'),
        (S.keys("and", "or", "not", "sources"), '"and" or "or" or "not" or sources'),
        (S.groups("x") | A, "a or group:x"),
        ((A | B) & C, "(a or b) and c"),
        (A | B & C, "a or b and c"),
        (~(A & B), "not (a and b)"),
        (A.downstream(2).upstream(), "*(a++)"),
        (S.all().downstream(1), "(*)+"),
        (S.all().sinks().upstream(1), "+sinks(*)"),
        (S.groups("x").downstream(), "(group:x)*"),
        (S.tag("a b", "c=d"), 'tag:"a b"="c=d"'),
        (S.tag("cron", "0 * * * *"), 'tag:cron="0 * * * *"'),
        (S.matching("my table*"), 'key:"my table"*'),
        (A.downstream(include_self=False), "a* and not a"),
    ],
)
def test_canonical_text(selection: AssetSelection, text: str) -> None:
    """A selection prints one text, with no more quotes and parentheses than it needs."""
    assert str(selection) == text
    assert parse_selection(text) == selection


HOSTILE = st.one_of(
    st.sampled_from(
        ["and", "or", "not", "*", "+", "a b", "a/b", '"', "\\", "key:a", "[", "(", "", "é", "sinks"]
    ),
    st.text(max_size=6),
    st.text("ab*?+/\"\\'()[]:= \n", max_size=6),
)


def selections() -> st.SearchStrategy[AssetSelection]:
    depth = st.one_of(st.none(), st.integers(0, 3))
    keys = st.lists(HOSTILE, min_size=1, max_size=3).map(AssetKey)
    leaf = st.one_of(
        st.just(S.all()),
        st.lists(keys, max_size=3).map(lambda some: S.keys(*some)),
        st.lists(HOSTILE, max_size=2).map(lambda some: S.groups(*some)),
        st.lists(HOSTILE, max_size=2).map(lambda some: S.kinds(*some)),
        st.lists(HOSTILE, max_size=2).map(lambda some: S.matching(*some)),
        st.builds(S.tag, HOSTILE, st.one_of(st.none(), HOSTILE)),
    )
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.builds(lambda a, b: a | b, inner, inner),
            st.builds(lambda a, b: a & b, inner, inner),
            st.builds(lambda a, b: a - b, inner, inner),
            st.builds(lambda a: ~a, inner),
            st.builds(S.sources, inner),
            st.builds(S.sinks, inner),
            st.builds(S.upstream, inner, depth, st.booleans()),
            st.builds(S.downstream, inner, depth, st.booleans()),
            st.lists(inner, max_size=4).map(coerce_selection),
        ),
        max_leaves=10,
    )


@given(selections())
def test_text_parses_to_the_same_selection(selection: AssetSelection) -> None:
    """Any selection prints a text that parses to an equal one and prints the same again."""
    parsed = parse_selection(str(selection))
    assert parsed == selection
    assert str(parsed) == str(selection)


@given(st.one_of(st.text(), st.text('ab*?+/"\\()[]:=, \nandortgkeyourp')))
def test_any_text_parses_or_says_where_not(text: str) -> None:
    """Whatever the text, it is a selection that prints back, or an error at a character of it."""
    try:
        selection = parse_selection(text)
    except SelectionSyntaxError as error:
        position = error.position
    else:
        position = 0
        assert parse_selection(str(selection)) == selection
    assert 0 <= position <= len(text)


# -- errors ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "position", "problem"),
    [
        ("", 0, "the selection is empty"),
        ("  ", 2, "the selection is empty"),
        ("b+a", 2, "expected 'and', 'or' or the end"),
        ("a b", 2, "expected 'and', 'or' or the end"),
        ("a and", 5, "expected a key"),
        ("or a", 0, "expected a key"),
        ("a or or b", 5, "expected a key"),
        ("(a", 0, "this '(' is never closed"),
        ("a or (b and c", 5, "this '(' is never closed"),
        ("a)", 1, "there is no '(' for this ')'"),
        ("()", 1, "expected a key"),
        ("(a b)", 3, "expected 'and', 'or' or ')'"),
        ("sources()", 8, "expected a key"),
        ("a or grup:x", 5, "there is no qualifier 'grup:'. Did you mean 'group'"),
        ("group:", 6, "expected a name after ':'"),
        ("tag:k=", 6, "expected a name after '='"),
        ("key:[]", 5, "expected a part of the key, in double quotes"),
        ('key:["a"', 8, "expected ',' or ']'"),
        ('key:["a" "b"]', 9, "expected ',' or ']'"),
        ('a or "b', 5, "this quote is never closed"),
        (r'"a\q"', 2, "this is no escape of JSON"),
        ("'a'", 0, "names are quoted with double quotes"),
        ("**a", 1, "write one '*' for all levels, or a '+' for each"),
        ("a+*", 2, "write one '*' for all levels, or a '+' for each"),
        ("+ a", 1, "'*' and '+' stand right before or after what they belong to"),
        ("a *", 2, "'*' and '+' stand right before or after what they belong to"),
        ("stg_*_x", 5, "a wildcard needs a qualifier, as in 'key:stg_*'"),
        ("a?", 1, "a wildcard needs a qualifier, as in 'key:stg_*'"),
        ("a AND b", 2, "write 'and' instead of 'AND'"),
        ("a | b", 2, "write 'or' instead of '|'"),
        ("a - b", 2, "write 'and not' instead of '-'"),
        ("a,b", 1, "write 'or' instead of ','"),
        ("~a", 0, "write 'not' instead of '~'"),
    ],
)
def test_syntax_error_points_at_the_character(text: str, position: int, problem: str) -> None:
    """A text that cannot be read is an error with the problem and the character it is at."""
    with pytest.raises(SelectionSyntaxError) as caught:
        parse_selection(text)
    assert caught.value.position == position
    assert problem in caught.value.problem


def test_syntax_error_draws_a_caret() -> None:
    """The message shows the text, on one line, with a caret below the character."""
    with pytest.raises(SelectionSyntaxError) as caught:
        parse_selection("a or\nb c")
    assert str(caught.value).splitlines()[1:] == ["  a or b c", "         ^"]


def test_long_text_is_cut_around_the_character() -> None:
    """Of a long text, the message shows the part around the character."""
    with pytest.raises(SelectionSyntaxError) as caught:
        parse_selection("a or " * 100 + "b c" + " or d" * 100)
    _, line, caret = str(caught.value).splitlines()
    assert line[caret.index("^")] == "c"
    assert len(line) < 120


@pytest.mark.parametrize(
    "text", ["(" * 100_000, "(" * 101 + "a" + ")" * 101, "sinks(" * 5_000, "*(" * 60 + "a"]
)
def test_nesting_has_a_limit(text: str) -> None:
    """Parentheses nested too deep, or never closed, are a syntax error and not an overflow of the stack."""
    with pytest.raises(SelectionSyntaxError):
        parse_selection(text)


def test_selection_nested_to_the_limit_prints_and_parses() -> None:
    """What may be built may be printed and read again."""
    selection = A
    for level in range(100):
        selection = selection.sinks() if level % 2 else selection.downstream(1)
    assert parse_selection(str(selection)) == selection


def test_operands_that_nest_faster_than_parentheses() -> None:
    """A text within the limit of parentheses whose meaning is nested deeper is a syntax error too."""
    text = "a"
    for _ in range(60):
        text = f"b or c and not ({text})+"
    with pytest.raises(SelectionSyntaxError, match="nested more than 100 deep"):
        parse_selection(text)


def test_long_texts_are_read() -> None:
    """Ten thousand alternatives, or negations, are no nesting."""
    assert parse_selection(" or ".join(f"n{i}" for i in range(10_000))) == S.keys(
        *(f"n{i}" for i in range(10_000))
    )
    assert parse_selection("not " * 10_001 + "a") == ~A


# -- whatever may stand for a selection --------------------------------------------------------------


@asset
def a() -> None: ...


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a or b", A | B),
        (A, A),
        (AssetKey(["p", "c"]), S.keys("p/c")),
        (a, A),
        (SourceAsset("raw"), S.keys("raw")),
        (["a", "b*"], A | B.downstream()),
        (("a", B, AssetKey("c"), SourceAsset("raw")), S.keys("a", "b", "c", "raw")),
        ([], S.keys()),
    ],
)
def test_what_may_stand_for_a_selection(value: Any, expected: AssetSelection) -> None:
    """Text, selections, keys, definitions, and lists of these, as their union, may stand for a selection."""
    assert coerce_selection(value) == expected


@pytest.mark.parametrize("value", [None, 7, b"a", {"a": 1}, [["a", "b"]], [None]])
def test_what_may_not_stand_for_a_selection(value: Any) -> None:
    """Anything else is refused with what is meant by a selection."""
    with pytest.raises(InvalidDefinitionError, match="A selection is text"):
        coerce_selection(value)


def test_syntax_error_in_a_list() -> None:
    """A list names the text in it that cannot be read."""
    with pytest.raises(SelectionSyntaxError) as caught:
        coerce_selection(["a", "b c"])
    assert caught.value.text == "b c"
