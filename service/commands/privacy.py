"""`loket privacy`: what left the house, for the data-protection officer."""

from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from model.configuration import Configuration
from service.commands.options import as_json, command_of, open_store, tell
from service.errors import NotFound
from service.storage.disclosures import Entry

_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group("privacy")
def privacy() -> None:
    """See which texts went to which provider, masked how.

    Example: loket privacy report
    """


@privacy.command("report")
@click.option("--since", type=_DAY, help="From this day on (UTC).")
@click.option("--until", type=_DAY, help="Before this day (UTC).")
@click.option("--inquiry", "inquiry_id", help="Every text of one inquiry, as it was sent.")
@as_json
@command_of
def report(
    since: datetime | None,
    until: datetime | None,
    inquiry_id: str | None,
    as_json: bool,
    configuration: Configuration,
) -> None:
    """Print what providers were sent: how many texts, of whom, and what was masked in them.

    Example: loket privacy report --since 2026-10-01 --until 2027-01-01
    """
    if inquiry_id and (since or until):
        raise click.UsageError("--inquiry excludes --since and --until")
    _, store = open_store(configuration)
    if inquiry_id:
        if store.inquiries.get(inquiry_id) is None:
            raise NotFound(f"there is no inquiry {inquiry_id!r}")
        entries = store.disclosures.of_inquiry(inquiry_id)
        tell([_of(entry) for entry in entries], as_json, _one_by_one(entries))
    else:
        found = summary(store.disclosures.between(_utc(since), _utc(until)))
        tell(found, as_json, _table(found))


def summary(entries: list[Entry]) -> list[dict[str, Any]]:
    """By provider and policy: texts, inquiries, characters, countries, outcomes, and what was masked."""
    groups: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        groups.setdefault((entry.provider, entry.policy), []).append(entry)
    return [_group(*key, group) for key, group in sorted(groups.items())]


def _group(provider: str, policy: str, entries: list[Entry]) -> dict[str, Any]:
    masked: Counter[str] = Counter()
    for entry in entries:
        masked.update(entry.kinds)
    return {
        "provider": provider,
        "where": "inside" if entries[0].local else "outside",
        "policy": policy,
        "texts": len(entries),
        "inquiries": len({entry.inquiry_id for entry in entries if entry.inquiry_id}),
        "characters": sum(entry.chars for entry in entries),
        "masked": dict(masked),
        "countries": dict(Counter(entry.country or "unknown" for entry in entries)),
        "languages": dict(Counter(entry.source for entry in entries)),
        "outcomes": dict(Counter(entry.outcome or "unknown" for entry in entries)),
    }


def _of(entry: Entry) -> dict[str, Any]:
    return asdict(entry) | {"at": entry.at.isoformat()}


def _utc(day: datetime | None) -> datetime | None:
    return day.replace(tzinfo=UTC) if day else None


def _table(found: list[dict[str, Any]]) -> str:
    if not found:
        return "Nothing was sent to any provider."
    lines = [f"{'provider':16} {'where':8} {'policy':7} {'texts':>7} {'inquiries':>9} {'characters':>11}  masked"]
    for one in found:
        masked = ", ".join(f"{kind} {count}" for kind, count in sorted(one["masked"].items())) or "nothing"
        lines.append(
            f"{one['provider']:16} {one['where']:8} {one['policy']:7} {one['texts']:7} {one['inquiries']:9} "
            f"{one['characters']:11}  {masked}"
        )
        lines += [f"    {name}: {_counts(one[name])}" for name in ("countries", "languages", "outcomes")]
    return "\n".join(lines)


def _counts(counts: dict[str, int]) -> str:
    most_first = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {count}" for name, count in most_first)


def _one_by_one(entries: list[Entry]) -> str:
    if not entries:
        return "Nothing of this inquiry was sent to any provider."
    blocks = []
    for entry in entries:
        masked = _counts(entry.kinds) or "nothing"
        where = "inside" if entry.local else "outside"
        blocks.append(
            f"{entry.at:%Y-%m-%d %H:%M:%S} UTC  {entry.provider} ({where}), {entry.policy}, masked: {masked}, "
            f"{entry.outcome or 'unknown'}\n{entry.text}"
        )
    return "\n\n".join(blocks)
