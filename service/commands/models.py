"""`loket models`: the registry."""

from dataclasses import asdict

import click

from model.configuration import Configuration
from service.commands.options import as_json, command_of, tell
from service.settings import check


@click.group("models")
def models() -> None:
    """List, show, promote and roll back model versions.

    Example: loket models list
    """


@models.command("list")
@as_json
@command_of
def list_versions(as_json: bool, configuration: Configuration) -> None:
    """List all versions, newest first; the champion has a star.

    Example: loket models list --json
    """
    registry = configuration.registry()
    champion, found = registry.champion(), registry.versions()
    facts = [
        {
            "version": m.version,
            "name": m.name,
            "champion": m.version == champion,
            "metrics": _figures(m.metrics),
        }
        for m in found
    ]
    lines = [
        f"{'*' if m.version == champion else ' '} {m.version}  {m.metrics.get('accuracy', 0):.3f}  "
        f"{len(m.labels):4} categories  {m.name}"
        for m in found
    ]
    tell(facts, as_json, "\n".join(lines) or "The registry is empty.")


@models.command("show")
@click.argument("version")
@as_json
@command_of
def show(version: str, as_json: bool, configuration: Configuration) -> None:
    """Show the model card of a VERSION.

    Example: loket models show 20261121-093000-4f2a91
    """
    registry = configuration.registry()
    tell(asdict(registry.manifest(version)), as_json, registry.card(version))


@models.command("promote")
@click.argument("version")
@command_of
def promote(version: str, configuration: Configuration) -> None:
    """Make VERSION the champion; every worker serves it from the next inquiry on.

    Example: loket models promote 20261121-093000-4f2a91
    """
    registry, categories = configuration.registry(), check(configuration).categories
    registry.promote(version, categories)
    if missing := registry.never_chosen(version, categories):
        click.echo(f"Warning: it will never choose {', '.join(missing)}", err=True)
    click.echo(f"{version} is the champion.")


@models.command("rollback")
@command_of
def rollback(configuration: Configuration) -> None:
    """Make the champion before this one the champion again.

    Example: loket models rollback
    """
    click.echo(f"{configuration.registry().rollback()} is the champion again.")


def _figures(metrics: dict[str, object]) -> dict[str, object]:
    return {name: metrics.get(name) for name in ("n", "accuracy", "macro_f1", "ece")}
