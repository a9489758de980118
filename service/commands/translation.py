"""`loket translation`: how are the providers doing, and install models that translate in the house."""

from datetime import UTC, datetime
from typing import Any

import click

from model.configuration import Configuration
from service.commands.options import as_json, command_of, open_store, tell
from service.errors import ServiceError
from service.pipeline.detection.languages import UnknownLanguage, english_name, normalise
from service.pipeline.translation.fxtranslate import installed, model_codes
from service.pipeline.translation.providers import models_folder
from service.settings import check
from service.translation_status import ProviderStatus, provider_statuses


@click.group("translation")
def translation() -> None:
    """See how providers are doing, and install models of one's own.

    Example: loket translation status
    """


@translation.command("status")
@as_json
@command_of
def status(as_json: bool, configuration: Configuration) -> None:
    """Print each provider's answers, speed and pauses, as all processes together have seen them.

    Example: loket translation status --json
    """
    settings, store = open_store(configuration)
    found = provider_statuses(store, settings.translation.providers, datetime.now(UTC))
    remembered, waiting = store.translations.count(), store.late_translations.waiting()
    facts = {"providers": [_facts(one) for one in found], "remembered": remembered, "waiting": waiting}
    tell(facts, as_json, _table(found, remembered, waiting))


@translation.command("install")
@click.argument("languages", nargs=-1, required=True)
@command_of
def install(languages: tuple[str, ...], configuration: Configuration) -> None:
    """Fetch Firefox's models that translate these LANGUAGES into English; needs the network, once.

    Example: loket translation install nl de
    """
    settings = check(configuration)
    folder = models_folder(settings.translation.fxtranslate.folder, settings.data_dir)
    for code in [_code(tag) for tag in languages]:
        _fetch(code, str(folder))
        click.echo(f"{english_name(code[:2])} is installed.")
    click.echo(f"In {folder}: {', '.join(installed(folder))}")


def _code(tag: str) -> str:
    try:
        return model_codes(normalise(tag))[0]
    except UnknownLanguage as error:
        raise click.BadParameter(str(error), param_hint="LANGUAGES") from None


def _fetch(code: str, folder: str) -> None:
    try:
        from fxtranslate import discovery
    except ImportError:
        raise ServiceError("this needs the package fxtranslate; loket[fxtranslate] brings it") from None
    try:
        discovery.add_models(code, "en", cache_dir=folder, progress=True)
    except (ValueError, OSError) as error:
        raise ServiceError(f"no model for {code}: {' '.join(str(error).split())}") from error


def _facts(one: ProviderStatus) -> dict[str, Any]:
    return {
        "provider": one.name,
        "configured": one.configured,
        "asked": one.asked,
        "outcomes": one.outcomes,
        "translated_share": one.translated_share,
        "remembered_share": one.remembered_share,
        "median_seconds": one.median_seconds,
        "p95_seconds": one.p95_seconds,
        "paused_processes": one.paused_processes,
        "paused_until": one.paused_until.isoformat() if one.paused_until else None,
    }


def _table(found: list[ProviderStatus], remembered: int, waiting: int) -> str:
    lines = [f"{'provider':16} {'asked':>7} {'translated':>10} {'remembered':>10} {'median':>9} {'95 %':>9}  state"]
    lines += [line for one in found for line in _lines(one)]
    lines.append(
        f"The memory holds {remembered} translations; {waiting} inquiries wait for one that may come later."
    )
    return "\n".join(lines)


def _lines(one: ProviderStatus) -> list[str]:
    figures = (
        f"{one.name:16} {one.asked:7} {_percent(one.translated_share):>10} {_percent(one.remembered_share):>10} "
        f"{_within(one.median_seconds):>9} {_within(one.p95_seconds):>9}  {_state(one)}"
    )
    failures = {name: n for name, n in one.outcomes.items() if name not in {"translated", "remembered"}}
    told = ", ".join(f"{name} {n}" for name, n in sorted(failures.items(), key=lambda item: -item[1]))
    return [figures, f"    {told}"] if told else [figures]


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def _within(seconds: float | None) -> str:
    return "" if seconds is None else f"< {seconds:g} s"


def _state(one: ProviderStatus) -> str:
    if not one.configured:
        return "not configured"
    if one.paused_until is None:
        return "asked"
    return f"paused until {one.paused_until:%H:%M:%S} UTC by {one.paused_processes} of the processes"
