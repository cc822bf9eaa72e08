"""`AssetKey`."""

from differential.answers import error, plain


def text_equals_a_list_of_one(api):
    """A text is one part."""
    key = api.AssetKey("a")
    return [key == api.AssetKey(["a"]), key.path, hash(key) == hash(api.AssetKey(["a"])), key == "a"]


def user_string(api):
    """The parts joined with a slash."""
    return [api.AssetKey(["a", "b", "c"]).to_user_string(), api.AssetKey("x").to_user_string()]


def parts_of_any_text(api):
    """Parts of a key hold any text."""
    return api.AssetKey(["with space", "a-b", "1.2"]).path


def slash_in_a_text_is_no_separator(api):
    """A text with a slash stays one part."""
    return api.AssetKey("a/b").path


def wrong_types(api):
    """A key is made of text."""
    return [error(api.AssetKey, value) for value in (3, None, [1], {"a": 1})]


def keys_where_assets_are_meant(api):
    """Text, sequences, keys and definitions say which assets."""

    @api.asset(key_prefix="p")
    def a():
        return 1

    found = {}
    for name, given in {"text": "p/a", "list": ["p", "a"], "key": api.AssetKey(["p", "a"])}.items():
        selection = api.AssetSelection.keys(given)
        found[name] = plain(selection.resolve([a]))
    found["definition"] = plain(api.AssetSelection.assets(a).resolve([a]))
    return found


def order_in_sets(api):
    """Keys are hashed by their parts."""
    keys = {api.AssetKey("a"), api.AssetKey(["a"]), api.AssetKey(["a", "b"])}
    return plain(keys)
