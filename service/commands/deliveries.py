"""`loket deliveries`: what is pushed to where desks work, sent again, and tried out."""

from datetime import UTC, datetime
from typing import Any

import click

from model.configuration import Configuration
from service.commands.options import as_json, command_of, open_store, tell
from service.delivery.parcel import Outcome
from service.delivery.targets import make_pages, make_targets
from service.delivery.trial import trial_parcel
from service.errors import NotFound, ServiceError
from service.settings import Settings
from service.storage.deliveries import STATUSES, Delivery
from service.storage.identifiers import new_id
from service.storage.store import Store

_REPLAY_MAX = 10_000


@click.group("deliveries")
def deliveries() -> None:
    """See what is pushed to where desks work, and send it again.

    Example: loket deliveries list --status failed
    """


@deliveries.command("list")
@click.option("--target", help="Only to this target.")
@click.option("--status", type=click.Choice(STATUSES), help="Only with this status.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@as_json
@command_of
def list_deliveries(
    target: str | None, status: str | None, limit: int, as_json: bool, configuration: Configuration
) -> None:
    """List targets and the newest deliveries.

    Example: loket deliveries list --target orders_shop --status waiting
    """
    settings, store = open_store(configuration)
    targets = _targets(settings, store)
    found = store.deliveries.newest(limit, target, status)
    facts = {"targets": targets, "deliveries": [_facts(one) for one in found]}
    lines = [*map(_target_line, targets), "", *map(_line, found)] if targets or found else ["There are none."]
    tell(facts, as_json, "\n".join(lines).strip())


@deliveries.command("replay")
@click.argument("ids", nargs=-1)
@click.option("--target", help="All failed deliveries of this target.")
@command_of
def replay(ids: tuple[str, ...], target: str | None, configuration: Configuration) -> None:
    """Send deliveries again, under the same IDS, from the first attempt.

    Example: loket deliveries replay --target orders_shop
    """
    if bool(ids) == bool(target):
        raise click.UsageError("Name deliveries, or a --target.")
    _, store = open_store(configuration)
    chosen = list(ids) or [one.id for one in store.deliveries.newest(_REPLAY_MAX, target, "failed")]
    count = store.deliveries.replay(datetime.now(UTC), chosen)
    if ids and count < len(set(ids)):
        raise NotFound(f"{count} of {len(set(ids))} will be sent again: the others are not there, or under way")
    click.echo(f"{count} will be sent again.")


@deliveries.command("enable")
@click.argument("name")
@command_of
def enable(name: str, configuration: Configuration) -> None:
    """Send what waits for a target at once, also for one that said that it is gone.

    Example: loket deliveries enable orders_shop
    """
    settings, store = open_store(configuration)
    if name not in {one.name for one in settings.deliveries} and name not in store.deliveries.disabled():
        raise NotFound(f"there is no target {name!r}")
    was_disabled, waiting = store.deliveries.enable(datetime.now(UTC), name)
    click.echo(f"{name} {'is enabled' if was_disabled else 'was enabled already'}; due now: {waiting}.")


@deliveries.command("test")
@click.argument("name")
@command_of
def test(name: str, configuration: Configuration) -> None:
    """Send a made-up ticket to a target now, and print what came of it; nothing is stored.

    Example: loket deliveries test orders_shop
    """
    settings, _ = open_store(configuration)
    target, own = make_targets(settings).get(name), [one for one in settings.deliveries if one.name == name]
    if target is None:
        raise NotFound(f"there is no target {name!r}")
    desk = next(desk for desk in settings.desks if own[0].wants(desk))
    now = datetime.now(UTC)
    outcome = target.sender.send(trial_parcel(new_id(now), now, desk, make_pages(settings)))
    _report(name, outcome)


def _report(name: str, outcome: Outcome) -> None:
    if outcome.problem is not None:
        raise ServiceError(f"{name} did not take it: {outcome.problem}")
    click.echo(f"{name} took it.")


def _targets(settings: Settings, store: Store) -> list[dict[str, Any]]:
    counts, off = store.deliveries.counts(), store.deliveries.disabled()
    kinds: dict[str, str | None] = {one.name: one.kind for one in settings.deliveries}
    for name in sorted({target for target, _ in counts} | set(off)):
        kinds.setdefault(name, None)
    return [
        {"name": name, "kind": kind, "disabled": name in off}
        | {status: counts.get((name, status), 0) for status in STATUSES}
        for name, kind in kinds.items()
    ]


def _facts(one: Delivery) -> dict[str, Any]:
    moments = {
        name: at.isoformat() if (at := getattr(one, name)) else None for name in ("created_at", "delivered_at")
    }
    due_at = one.due_at.isoformat() if one.status == "waiting" else None
    names = ("id", "target", "ticket_id", "event", "status", "attempts", "problem")
    return {name: getattr(one, name) for name in names} | moments | {"due_at": due_at}


def _target_line(one: dict[str, Any]) -> str:
    state = "disabled" if one["disabled"] else one["kind"] or "not configured"
    return f"{one['name']:24} {state:16} " + ", ".join(f"{one[status]} {status}" for status in STATUSES)


def _line(one: Delivery) -> str:
    what = f"{one.status}, {one.attempts} tries" + (f", {one.problem}" if one.problem else "")
    return f"{one.id}  {one.created_at:%Y-%m-%d %H:%M}  {one.target:24} {one.event:16} {what}"
