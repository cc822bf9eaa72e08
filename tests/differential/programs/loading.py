"""Loading assets from modules and packages."""

import importlib
import sys
import tempfile
import types
from contextlib import contextmanager
from pathlib import Path

from differential import current
from differential.answers import error, plain, refused

ONE = "@api.asset\ndef one(): return 1"
TWO = "@api.asset\ndef two(): return 2"


def _module(name, **contents):
    module = types.ModuleType(name)
    vars(module).update(contents)
    return module


def _keys(assets):
    return sorted(
        plain(key) for each in assets for key in (each.keys if hasattr(each, "keys") else [each.key])
    )


def _asset(api, name, **kwargs):
    @api.asset(name=name, **kwargs)
    def function():
        return 1

    return function


def assets_sources_and_lists(api):
    """Assets, source assets and lists of them are found, nothing else."""
    module = _module(
        "m1",
        a=_asset(api, "a"),
        s=api.SourceAsset("s"),
        many=[_asset(api, "b"), _asset(api, "c"), api.SourceAsset("t")],
        other=3,
        text="x",
    )
    return _keys(api.load_assets_from_modules([module]))


def the_same_object_twice(api):
    """One object under two names is found once."""
    a = _asset(api, "a")
    return _keys(api.load_assets_from_modules([_module("m2", a=a, b=a, c=[a]), _module("m3", again=a)]))


def one_key_twice(api):
    """Two objects with one key are an error."""
    modules = [_module("m4", a=_asset(api, "a")), _module("m5", a=_asset(api, "a"))]
    return error(api.load_assets_from_modules, modules)


def one_key_as_source_and_asset(api):
    """A source and an asset of one key in the modules."""
    return error(api.load_assets_from_modules, [_module("m6", a=_asset(api, "a"), s=api.SourceAsset("a"))])


def group_of_what_is_loaded(api):
    """A group is given to copies."""
    a = _asset(api, "a")
    loaded = api.load_assets_from_modules([_module("m7", a=a, s=api.SourceAsset("s"))], group_name="g")
    groups = {}
    for each in loaded:
        if hasattr(each, "group_names_by_key"):
            groups.update(plain(each.group_names_by_key))
        else:
            groups[plain(each.key)] = each.group_name
    return [groups, plain(a.group_names_by_key)]


def group_of_what_has_one(api):
    """A group for what has another is an error."""
    module = _module("m8", a=_asset(api, "a", group_name="h"))
    return error(api.load_assets_from_modules, [module], group_name="g")


def prefix_of_what_is_loaded(api):
    """A prefix is put in front of keys and of upstream keys among them."""
    a = _asset(api, "a", key_prefix="q")

    @api.asset(ins={"x": api.AssetIn(["q", "a"]), "y": api.AssetIn("outside")})
    def b(x, y):
        return x

    loaded = api.load_assets_from_modules([_module("m9", a=a, b=b)], key_prefix=["p", "r"])
    deps = [plain(each.dependency_keys) for each in loaded if len(each.dependency_keys)]
    return [_keys(loaded), deps, plain(a.key)]


def prefix_of_a_source(api):
    """What a prefix does to source assets and to those who read them."""

    @api.asset
    def b(s):
        return s

    loaded = api.load_assets_from_modules([_module("m10", s=api.SourceAsset("s"), b=b)], key_prefix="p")
    deps = [plain(each.dependency_keys) for each in loaded if hasattr(each, "dependency_keys")]
    return [_keys(loaded), deps]


def prefix_and_group_that_are_wrong(api):
    """Prefixes and groups are names."""
    module = _module("m11", a=_asset(api, "a"))
    return [
        error(api.load_assets_from_modules, [module], key_prefix="a b"),
        error(api.load_assets_from_modules, [module], group_name="a b"),
        error(api.load_assets_from_modules, [module], key_prefix=3),
    ]


def package_module(api):
    """A package is walked with all its modules."""
    with _written(api, one=ONE, sub__two=TWO) as package:
        return _keys(api.load_assets_from_package_module(package))


def package_name(api):
    """A package by name, with a prefix and a group."""
    with _written(api, one=ONE, sub__two=TWO):
        loaded = api.load_assets_from_package_name("differential_package", group_name="g", key_prefix="p")
    return [_keys(loaded), sorted({group for each in loaded for group in each.group_names_by_key.values()})]


@contextmanager
def _written(api, **files):
    """Make a package of modules that find the API as `api`, and import its root."""
    name = "differential_package"
    for loaded in [known for known in sys.modules if known.split(".")[0] == name]:
        del sys.modules[loaded]
    with tempfile.TemporaryDirectory() as folder:
        for path, code in files.items():
            file = Path(folder, name, f"{path.replace('__', '/')}.py")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"from differential.current import api\n{code}\n", "utf-8")
        for file in [*Path(folder).rglob("*.py")]:
            file.with_name("__init__.py").touch()
        Path(folder, name, "__init__.py").touch()
        current.api = api
        sys.path.insert(0, folder)
        try:
            yield importlib.import_module(name)
        finally:
            sys.path.remove(folder)


def unknown_package(api):
    """A package that cannot be imported."""
    return error(api.load_assets_from_package_name, "no_such_package_anywhere")


def current_module(api):
    """The module of the caller."""
    code = f"{ONE}\nloaded = api.load_assets_from_current_module(key_prefix='p', group_name='g')"
    with _written(api, one=code):
        return _keys(importlib.import_module("differential_package.one").loaded)


def what_is_no_module(api):
    """Modules are modules."""
    return [refused(api.load_assets_from_modules, 3), refused(api.load_assets_from_package_name, 3)]


def loaded_assets_run(api):
    """What is loaded with a prefix runs as what was defined."""

    @api.asset
    def a():
        return 2

    @api.asset
    def b(a):
        return a + 1

    loaded = api.load_assets_from_modules([_module("m12", a=a, b=b)], key_prefix="p")
    result = api.materialize(loaded)
    return sorted(plain(e.asset_key) for e in result.all_events if e.is_step_materialization)
