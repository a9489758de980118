"""`loket thresholds`: what share would be routed without a person looking, and how much of it rightly?"""

from typing import Any

import click

from model.configuration import Configuration
from model.thresholds import NEVER, Judged, Policy, Share, judged, share_at, share_of_all, thresholds
from service.commands.classifiers import open_classifier
from service.commands.options import as_json, command_of, tell
from service.settings import Settings, check

_COSTS = "misroute=COST,look=COST"
_ALL = "all of these"


@click.command("thresholds")
@click.option("--costs", help="What an error costs, such as misroute=20,look=1; else as each desk is configured.")
@click.option(
    "--precision", type=click.FloatRange(0.0, 1.0), help="The share that must be right, instead of costs."
)
@click.option("--desk", "desks", multiple=True, help="Only for this desk; repeatable.")
@click.option("--model", "version", help="A model version; else the champion.")
@as_json
@command_of
def threshold_table(
    costs: str | None,
    precision: float | None,
    desks: tuple[str, ...],
    version: str | None,
    as_json: bool,
    configuration: Configuration,
) -> None:
    """Print each desk's threshold, and what it does to the inquiries that were held out in training.

    Example: loket thresholds --costs misroute=20,look=1
    """
    if costs and precision is not None:
        raise click.UsageError("--costs and --precision exclude each other")
    settings = check(configuration)
    found = _held_out(configuration, settings, version)
    policies = settings.desk_policies()
    if costs or precision is not None:
        policies = dict.fromkeys(policies, _policy(costs) if costs else Policy(precision or 0.0))
    shown = {name: policy for name, policy in policies.items() if not desks or name in desks}
    if unknown := set(desks) - set(policies):
        raise click.BadParameter(f"there is no desk {sorted(unknown)[0]!r}; there are {', '.join(policies)}")
    shares = _shares(found, shown)
    tell({desk: _facts(share) for desk, share in shares.items()}, as_json, _table(shares))


def _held_out(configuration: Configuration, settings: Settings, version: str | None) -> Judged:
    _, classifier = open_classifier(configuration, version)
    desks = {name: route.desk for name, route in settings.category_routes().items()}
    return judged(classifier, desks)


def _policy(costs: str) -> Policy:
    try:
        given = {name.strip(): float(value) for name, value in (part.split("=") for part in costs.split(","))}
    except ValueError:
        raise click.BadParameter(f"{costs!r} is not of the form {_COSTS}", param_hint="--costs") from None
    if set(given) != {"misroute", "look"} or min(given.values()) <= 0:
        raise click.BadParameter(f"{costs!r} is not of the form {_COSTS}, both above 0", param_hint="--costs")
    return Policy(misroute_cost=given["misroute"], look_cost=given["look"])


def _shares(found: Judged, policies: dict[str, Policy]) -> dict[str, Share]:
    """Each desk that gets anything, and all of them together."""
    least = thresholds(found, policies)
    each = {desk: share_at(found.of(desk), least[desk]) for desk in policies if (found.desk == desk).any()}
    return each | {_ALL: share_of_all(found, least)}


def _facts(share: Share) -> dict[str, Any]:
    names = ("share", "low", "high")
    return {
        "threshold": share.threshold if share.threshold is not None and share.threshold < NEVER else None,
        "n": share.n,
        "automatic": dict(zip(names, share.automatic, strict=True)),
        "precision": dict(zip(names, share.precision, strict=True)),
    }


def _table(shares: dict[str, Share]) -> str:
    lines = [f"{'desk':20} {'n':>6} {'threshold':>9}   {'automatic (95 % interval)':28} precision (95 % interval)"]
    for desk, share in shares.items():
        never = share.threshold is not None and share.threshold >= NEVER
        least = "" if share.threshold is None else "never" if never else f"{share.threshold:.3f}"
        lines.append(f"{desk:20} {share.n:6} {least:>9}   {_told(share.automatic):28} {_told(share.precision)}")
    return "\n".join(lines)


def _told(share: tuple[float, float, float]) -> str:
    return f"{share[0]:.1%} ({share[1]:.1%} to {share[2]:.1%})"
