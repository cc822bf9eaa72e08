"""What users may import is listed, sorted, importable, documented and annotated."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from typing import Any

import pytest

import holdfast

FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def public_definitions(body: list[ast.stmt], outer: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the classes, functions, methods and properties without a leading underscore, with their names."""
    for node in body:
        if isinstance(node, ast.If):
            yield from public_definitions([*node.body, *node.orelse], outer)
        elif isinstance(node, (*FUNCTION, ast.ClassDef)) and not node.name.startswith("_"):
            yield outer + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from public_definitions(node.body, f"{outer}{node.name}.")


def unannotated(function: Any) -> list[str]:
    """Return the parameters of a function that have no type, and ``return`` when it is missing."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    named += [extra for extra in (arguments.vararg, arguments.kwarg) if extra]
    missing = [arg.arg for arg in named if arg.annotation is None and arg.arg not in ("self", "cls")]
    return missing if function.returns else [*missing, "return"]


def declared_names(module: Any) -> list[str] | None:
    """Return what a module's ``__all__`` lists, or ``None`` when it has none."""
    for node in module.tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            return list(ast.literal_eval(node.value))
    return None


def test_the_surface_is_sorted():
    """`holdfast.__all__` lists every name once, in order."""
    assert holdfast.__all__ == sorted(set(holdfast.__all__))


@pytest.mark.parametrize("name", holdfast.__all__)
def test_a_public_name_is_importable_and_documented(name):
    """Every public name can be had from the package, and says what it is."""
    value = getattr(holdfast, name)
    described = inspect.isclass(value) or inspect.isfunction(value)
    assert value is not None
    assert not described or (value.__doc__ or "").strip()


def test_the_lazy_table_agrees_with_the_type_checkers_view(kernel):
    """What a name is loaded from at run time is what type checkers are told."""
    seen = {
        name.asname or name.name: (node.module or "").removeprefix("holdfast.")
        for block in kernel[""].tree.body
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }
    assert seen == holdfast._MODULES
    assert sorted(seen) == holdfast.__all__


def test_no_module_hides_a_public_name(kernel):
    """Importing a module sets its name on the package, where it would replace a public one."""
    assert set(holdfast.__all__) & {name.partition(".")[0] for name in kernel} == set()


def test_a_wrong_name_leads_to_the_nearest():
    """A misspelt public name is an `AttributeError` that says which was meant."""
    with pytest.raises(AttributeError, match="AssetSelection"):
        _ = holdfast.AssetSelectoin


def test_every_module_says_what_it_is_and_what_it_offers(modules):
    """Every module has a docstring and, unless it only names a package, an ``__all__``."""
    silent = [
        module.label
        for module in modules
        if not ast.get_docstring(module.tree)
        or (len(module.tree.body) > 1 and declared_names(module) is None)
    ]
    assert silent == []


def test_what_a_module_offers_is_sorted(modules):
    """``__all__`` is in order everywhere: constants, then classes, then functions."""

    def order(name: str) -> tuple[int, str]:
        return (0 if name.isupper() else 1 if name[0].isupper() else 2), name

    unsorted = [
        m.label for m in modules if (names := declared_names(m)) and names != sorted(names, key=order)
    ]
    assert unsorted == []


def test_every_public_definition_has_a_docstring(modules):
    """Every class, function, method and property without a leading underscore says what it is.

    A method that its class inherits a description for needs none of its own.
    """
    found = [(module, *each) for module in modules for each in public_definitions(module.tree.body)]
    documented = {name for _, name, node in found if ast.get_docstring(node)}
    bases = {
        name: [ast.unparse(base).rpartition(".")[2] for base in node.bases]
        for _, name, node in found
        if isinstance(node, ast.ClassDef)
    }
    bare = [
        f"{module.label}: {name}"
        for module, name, node in found
        if name not in documented
        and not documented & {f"{base}.{node.name}" for base in bases.get(name.rpartition(".")[0], ())}
    ]
    assert bare == [], "\n".join(bare)


def test_every_public_function_is_annotated(modules):
    """Every parameter and every result of a public function has a type."""
    bare = [
        f"{module.label}: {name} ({', '.join(missing)})"
        for module in modules
        for name, node in public_definitions(module.tree.body)
        if isinstance(node, FUNCTION) and (missing := unannotated(node))
    ]
    assert bare == [], "\n".join(bare)
