"""`loket models`: the registry."""

from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import click

from model.configuration import Configuration
from model.errors import ModelError
from model.registry import Registry
from service.commands.options import as_json, command_of, tell
from service.learning import gate
from service.settings import check


@click.group("models")
def models() -> None:
    """List, show, compare, promote and roll back model versions.

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
@click.option("--despite-gate", is_flag=True, help="You have read what the gate found, and want it all the same.")
@command_of
def promote(version: str, despite_gate: bool, configuration: Configuration) -> None:
    """Make VERSION the champion, unless the gate blocks it; every worker serves it within five seconds.

    Example: loket models promote 20261121-093000-4f2a91
    """
    registry, settings = configuration.registry(), check(configuration)
    gate.promote(
        registry, version, settings.category_routes(), datetime.now(UTC), "command", despite_gate=despite_gate
    )
    present = settings.present_names()
    known = {present.get(label, label) for label in registry.manifest(version).labels}
    if missing := sorted(set(settings.categories) - known):
        click.echo(f"Warning: it will never choose {', '.join(missing)}", err=True)
    click.echo(f"{version} is the champion.")


@models.command("rollback")
@command_of
def rollback(configuration: Configuration) -> None:
    """Make the champion before this one the champion again; every worker serves it within five seconds.

    Example: loket models rollback
    """
    click.echo(f"{gate.rollback(configuration.registry(), datetime.now(UTC), 'command')} is the champion again.")


@models.command("challenge")
@click.argument("version", required=False)
@click.option("--stop", is_flag=True, help="No challenger any more.")
@command_of
def challenge(version: str | None, stop: bool, configuration: Configuration) -> None:
    """Let VERSION score live inquiries beside the champion; nothing is routed by it.

    Example: loket models challenge 20261121-093000-4f2a91
    """
    if (version is None) != stop:
        raise click.UsageError("name a VERSION, or --stop")
    configuration.registry().set_challenger(version)
    click.echo(f"{version} scores live inquiries." if version else "There is no challenger any more.")


@models.command("verdict")
@click.argument("version")
@click.option("--page", type=click.Path(path_type=Path), help="Write the comparison as a page here.")
@as_json
@command_of
def verdict(version: str, page: Path | None, as_json: bool, configuration: Configuration) -> None:
    """Tell what the gate found of VERSION.

    Example: loket models verdict 20261121-093000-4f2a91 --page comparison.html
    """
    registry = configuration.registry()
    registry.manifest(version)
    found = gate.verdict_of(registry, version)
    if found is None:
        raise ModelError(f"{version} was never compared; loket retrain compares what it trains")
    if page:
        page.write_text(_page(registry, version), "utf-8")
    blocked = [f"blocked: {reason}" for reason in found.blocked] or ["passed"]
    tell(asdict(found), as_json, "\n".join([*blocked, *(f"  {note}" for note in found.notes)]))


@models.command("rebuild")
@click.argument("version")
@command_of
def rebuild(version: str, configuration: Configuration) -> None:
    """Train VERSION again from its snapshot; with the same locked libraries it gives the same predictions.

    Example: loket models rebuild 20261121-093000-4f2a91
    """
    from training.progress import progress_bar
    from training.trainer import Trainer

    trainer = Trainer.configured(configuration)
    with progress_bar("Encoding") as encoding, progress_bar("Fitting ") as fitting:
        again = trainer.rebuild(version, at=datetime.now(UTC), encoding=encoding, fitting=fitting)
    if found := gate.verdict_of(trainer.registry, version):  # it says the same, so that the gate does too
        replace(found, model=again).keep(trainer.registry, _page(trainer.registry, version))
    click.echo(again)


def _page(registry: Registry, version: str) -> str:
    return (registry.report(version, gate.PAGE) or b"").decode("utf-8", "replace")


def _figures(metrics: dict[str, object]) -> dict[str, object]:
    return {name: metrics.get(name) for name in ("n", "accuracy", "macro_f1", "ece")}
