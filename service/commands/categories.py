"""`loket categories`: look at the categories as the inquiries see them, and rename, merge or split them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from tomlkit.exceptions import TOMLKitError

from model.configuration import Configuration
from service.assembly import assemble
from service.commands.advice import advise
from service.commands.options import as_json, command_of, open_store, tell
from service.errors import InvalidInput
from service.learning.labelled import labelled_texts
from service.learning.taxonomy_file import TaxonomyFile
from service.settings import Settings, check


@click.group("categories")
def categories() -> None:
    """Count, advise on, rename, merge and split categories.

    Example: loket categories rename complaint grievance
    """


@categories.command("list")
@as_json
@command_of
def list_categories(as_json: bool, configuration: Configuration) -> None:
    """List the categories with their desk, former names and number of labelled texts.

    Example: loket categories list
    """
    settings, store = open_store(configuration)
    labelled = [name for text in labelled_texts(store, settings.present_names()) for name in text.categories]
    facts = [
        {"name": name, "desk": one.desk, "formerly": list(one.formerly), "labels": labelled.count(name)}
        for name, one in settings.categories.items()
    ]
    lines = [f"{one['labels']:6}  {one['name']:32} {one['desk']}" for one in facts]
    tell(facts, as_json, "\n".join([*lines, *_gone(labelled, settings)]))


@categories.command("advise")
@as_json
@command_of
def advise_on(as_json: bool, configuration: Configuration) -> None:
    """Propose categories for what goes to triage, and tell which ones are taken for each other.

    Example: loket categories advise
    """
    check(configuration)
    facts = advise(assemble(configuration), configuration.registry().champion(), datetime.now(UTC))
    tell(facts, as_json, "\n".join(_advice_lines(facts)))


@categories.command("rename")
@click.argument("old")
@click.argument("new")
@command_of
def rename(old: str, new: str, configuration: Configuration) -> None:
    """Call the category OLD by the name NEW; its labels, its desk and the serving model's answers come along.

    Example: loket categories rename complaint grievance
    """
    _changed(configuration, lambda file: file.merge([old], new), f"{old} is called {new} from the next start on.")


@categories.command("merge")
@click.argument("names", nargs=-1, required=True)
@click.option("--into", required=True, metavar="NAME", help="One of them, or a new name.")
@command_of
def merge(names: tuple[str, ...], into: str, configuration: Configuration) -> None:
    """Make one category of several NAMES; the labels of all come along.

    Example: loket categories merge complaint feedback --into opinion
    """
    told = f"{', '.join(names)} are {into} from the next start on."
    _changed(configuration, lambda file: file.merge(list(names), into), told)


@categories.command("split")
@click.argument("name")
@click.option("--into", "parts", multiple=True, required=True, metavar="NAME", help="A new category; repeatable.")
@command_of
def split(name: str, parts: tuple[str, ...], configuration: Configuration) -> None:
    """Make several categories of NAME. Its labels wait until somebody says which of the new ones is meant.

    Until then the serving model's answers of that name go to triage, and the label page asks for them first.

    Example: loket categories split complaint --into staff --into waiting
    """
    told = f"{name} is {', '.join(parts)} from the next start on; describe each in the file and retrain."
    _changed(configuration, lambda file: file.split(name, list(parts)), told)


def _changed(configuration: Configuration, change: Any, told: str) -> None:
    """Change the file only if the service would start with it."""
    path = configuration.file or Path("loket.toml")
    file = TaxonomyFile.read(path, configuration.values)
    try:
        change(file)
    except (TOMLKitError, LookupError, TypeError, AttributeError) as error:
        raise InvalidInput(f"{path}: its categories are written in a way that cannot be changed here") from error
    changed = Configuration(configuration.values | file.tables(), path, configuration.variables)
    check(changed)
    file.write()
    click.echo(f"{path}: {told}")


def _gone(labelled: Sequence[str], settings: Settings) -> list[str]:
    gone = sorted(set(labelled) - set(settings.categories) - {"out_of_scope"})
    return [f"{labelled.count(name):6}  {name} (there is no such category; not learned from)" for name in gone]


def _advice_lines(facts: dict[str, Any]) -> list[str]:
    lines = []
    for one in facts["proposals"]:
        near = f", most like {one['nearest']} ({one['similarity']:.2f})" if one["nearest"] else ""
        lines += [f"{one['size']} inquiries about {', '.join(one['terms'])}{near}"]
        lines += [f"    {text}" for text in one["texts"]]
    for one in facts["overlaps"]:
        lines.append(f"{one['a']} and {one['b']} are taken for each other in {one['confused']:.0%} of {one['n']}")
        lines += [f"    {text}" for text in one["texts"]]
    return lines or ["Nothing stands out."]
