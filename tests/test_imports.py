"""The house's rules: who may import whom. Data flows one way."""

import ast
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1]
ROOMS = ("model", "training", "service")
# Who (a path's beginning) must not import what (a module's beginning), but for the exceptions named.
RULES = [
    ("model/", ("training", "service", "flask", "sqlalchemy", "click"), ()),
    ("training/", ("service", "flask", "sqlalchemy"), ()),
    ("service/", ("training",), ("service/cli.py", "service/commands/")),
    ("service/pipeline/", ("service.api", "service.web", "service.storage", "flask", "sqlalchemy"), ()),
    ("service/storage/", ("service.api", "service.web", "service.pipeline", "flask"), ()),
    ("service/", ("flask", "werkzeug"), ("service/app.py", "service/api/", "service/web/")),
    ("service/", ("sqlalchemy", "alembic"), ("service/storage/",)),
]


def _files():
    return sorted(path for room in ROOMS for path in (HOUSE / room).rglob("*.py"))


def _imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _begins(module, names):
    return any(module == name or module.startswith(f"{name}.") for name in names)


@pytest.mark.parametrize(("who", "what", "exceptions"), RULES, ids=[f"{who} {what[0]}" for who, what, _ in RULES])
def test_imports_run_one_way(who, what, exceptions):
    found = [
        f"{path.relative_to(HOUSE)} imports {module}"
        for path in _files()
        if (place := path.relative_to(HOUSE).as_posix()).startswith(who) and not place.startswith(exceptions)
        for module in _imports(path)
        if _begins(module, what)
    ]

    assert found == []


def test_training_is_imported_only_when_a_command_needs_it():
    top_level = [
        module
        for path in _files()
        if path.relative_to(HOUSE).as_posix() == "service/cli.py"
        for module in _imports(path)
        if _begins(module, ("training",))
    ]

    assert top_level == []


def test_the_rules_see_every_room():
    assert {path.relative_to(HOUSE).parts[0] for path in _files()} == set(ROOMS)
