"""All commands alike: help with an example that works, wrong use is 2, failure is 1 and one line."""

import re
import shlex
import socket

import click
import pytest

from service.cli import main


def commands(group=main, path=()):
    """Every command with the words that call it."""
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


COMMANDS = {" ".join(path): command for path, command in commands()}


@pytest.mark.parametrize(("path", "command"), COMMANDS.items(), ids=COMMANDS)
def test_every_command_explains_itself_by_an_example_that_parses(path, command, tmp_path):
    help_text = command.get_help(click.Context(command, info_name=path))
    (example,) = re.findall(r"^ *Example: loket (.+)$", help_text, re.MULTILINE)

    words, group, parent = shlex.split(example), main, click.Context(main)
    while isinstance(group, click.Group):
        name, group, words = group.resolve_command(parent, words)
        parent = group.make_context(name, list(words), parent=parent)
        words = [*parent._protected_args, *parent.args]

    assert example.startswith(path)


def test_the_programs_help_names_every_command(run):
    answer = run("--help")

    assert (answer.returncode, answer.stderr) == (0, "")
    listed = re.findall(r"^  (\w+)  +\S", answer.stdout.partition("Commands:")[2], re.MULTILINE)
    assert listed == [path for path in COMMANDS if " " not in path]


WRONG_USE = {
    "no such command": (["send"], "send"),
    "no such scope": (["keys", "create", "shop", "--scope", "fly"], "'fly' is not one of 'submit'"),
    "no scope": (["keys", "create", "shop"], "--scope"),
    "no such desk for a key": (["keys", "create", "shop", "--scope", "desk", "--desk", "attic"], "no desk 'attic'"),
    "no such desk for a user": (
        ["users", "create", "anna", "--role", "agent", "--desk", "attic"],
        "no desk 'attic'",
    ),
    "no such role": (["users", "create", "anna", "--role", "king"], "'king' is not one of 'agent'"),
    "both ways to read": (["evaluate", "--untranslated", "--translate"], "exclude each other"),
    "no text": (["classify"], "TEXT"),
    "empty text": (["classify", ""], "text: is empty"),
    "too long a text": (["classify", "x" * 20_001], "text: "),
    "no language": (["classify", "Hello", "--language", "!"], "language: '!' is not a language tag"),
    "two lines of subject": (["classify", "Hello", "--subject", "a\nb"], "subject: holds a line break"),
    "a port that is none": (["serve", "--port", "70000"], "--port"),
}


@pytest.mark.parametrize(("arguments", "told"), WRONG_USE.values(), ids=WRONG_USE)
def test_wrong_use_is_status_two_and_names_what_is_wrong(invoke, store, arguments, told):
    answer = invoke(*arguments, given="correct horse battery\n")

    assert (answer.returncode, answer.stdout) == (2, "")
    assert told in answer.stderr.partition("Error: ")[2]
    assert (store.people.keys(), store.people.users()) == ([], [])


def test_wrong_use_is_status_two_of_the_program(run):
    answer = run("keys", "create", "shop", "--scope", "fly")

    assert (answer.returncode, answer.stdout, "Traceback" in answer.stderr) == (2, "", False)


def fails(answer, *told):
    """Status 1, one line on standard error, nothing else."""
    assert (answer.returncode, answer.stdout, answer.stderr.count("\n")) == (1, "", 1), answer.stderr
    assert answer.stderr.startswith("Error: ")
    assert all(word in answer.stderr for word in told), answer.stderr


WRONG_VARIABLES = {
    "unknown key": ("LOKET_ROUTING__TRESHOLD", "0.5", "is not a key that Loket knows"),
    "wrong value": ("LOKET_ROUTING__THRESHOLD", "2", "less than or equal to 1"),
    "a value within a value": ("LOKET_DATA_DIR__X", "1", "is not a table"),
    "a missing file": ("LOKET_CONFIG", "none.toml", "none.toml: cannot be read: No such file or directory"),
    "no database address": ("LOKET_DATABASE__URL", "nonsense", "database.url: "),
    "no such database": ("LOKET_DATABASE__URL", "oracle+none://x", "database.url: "),
    "a folder as a database": ("LOKET_DATABASE__URL", "sqlite:////", "the database cannot be used: unable to open"),
}


@pytest.mark.parametrize(("name", "value", "told"), WRONG_VARIABLES.values(), ids=WRONG_VARIABLES)
def test_a_wrong_variable_is_named_in_one_line(invoke, name, value, told):
    fails(invoke("db", "upgrade", **{name: value}), told)


@pytest.mark.parametrize(
    ("text", "told"),
    [("[routing]\ntreshold = 0.5\n", "routing.treshold: is not a key"), ("[routing", "typo.toml: ")],
    ids=["unknown key", "not TOML"],
)
def test_a_wrong_file_is_named_in_one_line(invoke, tmp_path, text, told):
    (tmp_path / "typo.toml").write_text(text)

    fails(invoke("db", "upgrade", "--config", "typo.toml"), "typo.toml", told)


def test_a_port_that_is_no_number_is_named_in_one_line(invoke):
    fails(invoke("db", "upgrade", LOKET_DATABASE__URL="postgresql://localhost:port/loket"), "database.url")


def test_a_registry_that_cannot_be_made_is_told_in_one_line(invoke, tmp_path):
    (tmp_path / "file").write_text("")

    fails(invoke("models", "list", LOKET_DATA_DIR=str(tmp_path / "file" / "data")), "Not a directory")


def test_a_data_folder_that_cannot_be_made_is_told_in_one_line(invoke, tmp_path):
    (tmp_path / "file").write_text("")

    fails(invoke("users", "list", LOKET_DATA_DIR=str(tmp_path / "file" / "data")), str(tmp_path / "file"))


def test_serve_stops_in_one_line_where_it_cannot_write(run, tmp_path):
    (tmp_path / "file").write_text("")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    fails(run("serve", "--port", port, LOKET_DATA_DIR=str(tmp_path / "file" / "data")))


def test_no_model_is_told_in_one_line(run, tmp_path):
    fails(run("classify", "Hello?", LOKET_DATA_DIR=str(tmp_path / "empty")), "loket train --promote makes one")


def test_the_database_is_brought_up_to_date_once(run, store):
    store.close()

    answers = [run("db", "upgrade") for _ in range(2)]

    assert [(answer.returncode, answer.stderr) for answer in answers] == [(0, "")] * 2
    assert answers[0].stdout == answers[1].stdout
    assert re.fullmatch(r"The database is at revision \w+\.\n", answers[0].stdout)
