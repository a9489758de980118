"""The gate: no model is promoted that makes a desk, a category or a language worse, or errs on a golden inquiry."""

import json
import logging
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from model.errors import PromotionRefused
from model.registry import Registry
from model.text import shortened
from service.assembly import Loket
from service.handover import reading_of_text
from service.pipeline.classification import Serving
from service.pipeline.masking.masker import Masker
from service.pipeline.outcome import Outcome, outcomes
from service.pipeline.rules import Facts
from service.storage.records import GoldenInquiry

VERDICT, PAGE = "verdict.json", "comparison.html"
_SHOWN_CHARS = 60
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Verdict:
    """What the gate found of a model.

    Attributes:
        model: Its version.
        champion: The version it was compared with; None when none served.
        blocked: Why it must not be promoted, in plain sentences; empty when it may.
        notes: What a person should know besides.
        golden: How many golden inquiries were tried.
        held_out: How many labels judged it.
        replayed: How many stored inquiries it read again.
        moved: How many of them would go elsewhere.
        at: When, as an ISO time.
        is_judged: Whether there were labels enough to judge by; else a person has to.
    """

    model: str
    champion: str | None
    blocked: tuple[str, ...]
    notes: tuple[str, ...]
    golden: int
    held_out: int
    replayed: int
    moved: int
    at: str
    is_judged: bool = True

    def keep(self, registry: Registry, page: str) -> None:
        """Lay it beside the model, with the page that shows it."""
        registry.add_report(self.model, PAGE, page.encode())
        registry.add_report(self.model, VERDICT, json.dumps(asdict(self), indent=1).encode())


def verdict_of(registry: Registry, version: str) -> Verdict | None:
    """What the gate found of a version; None for one that never came to it, or cannot be read."""
    content = registry.report(version, VERDICT)
    if content is None:
        return None
    try:
        facts = json.loads(content)
        return Verdict(**facts | {"blocked": tuple(facts["blocked"]), "notes": tuple(facts["notes"])})
    except (ValueError, KeyError, TypeError):
        return None


def promote(
    registry: Registry, version: str, routed: Collection[str], at: datetime, by: str, *, despite_gate: bool = False
) -> None:
    """Make a version the champion, if the gate let it through; one that was not trained on labels has no gate.

    Args:
        registry: Where it lies.
        version: Which.
        routed: The categories that have a desk.
        at: Now.
        by: Who, for the log.
        despite_gate: A person has read the reasons and wants it all the same.

    Raises:
        PromotionRefused: It is blocked, was compared with another champion, or knows categories without a desk.
        ModelError: It cannot serve.
    """
    if not despite_gate:
        _require_passed(registry, version)
    was_challenger = registry.challenger() == version
    registry.promote(version, routed, at)
    if was_challenger:
        registry.set_challenger(None)
    _log.info("promoted", extra={"model": version, "actor": by, "despite_gate": despite_gate})


def rollback(registry: Registry, at: datetime, by: str) -> str:
    """Make the champion before this one the champion again; answers its version."""
    version = registry.rollback(at)
    _log.info("rolled back", extra={"model": version, "actor": by})
    return version


def _require_passed(registry: Registry, version: str) -> None:
    found = verdict_of(registry, version)
    if found is None:
        if registry.manifest(version).labels_until or registry.report(version, VERDICT) is not None:
            raise PromotionRefused(f"{version} was not compared to its end; loket retrain trains and compares anew")
        return
    if found.blocked:
        others = f", and {len(found.blocked) - 1} more" if len(found.blocked) > 1 else ""
        raise PromotionRefused(f"the gate blocks {version}: {found.blocked[0]}{others}")
    if found.champion != registry.champion() != version:
        raise PromotionRefused(
            f"{version} was compared with {found.champion or 'no champion'}, which serves no more; retrain again"
        )


def golden_failures(loket: Loket, challenger: Serving, champion: Serving | None) -> tuple[int, list[str]]:
    """How many golden inquiries were tried, and in one sentence each those that would not go where they must.

    Those of a desk that there is no more are not tried. One that the champion leaves to triage as well may stay
    there, if the challenger knows whose it is.
    """
    golden = [one for one in loket.store.golden_inquiries.all() if one.desk in loket.settings.desks]
    readings = [reading_of_text(one.text, one.text_en, one.language) for one in golden]
    names, router = loket.settings.present_names(), loket.pipeline.router
    facts = [Facts(language=one.language) for one in golden]
    said = outcomes(router, challenger, readings, names, facts)
    before: Sequence[Outcome | None] = [None] * len(golden)
    if champion:
        before = outcomes(router, champion, readings, names, facts)
    told = (_failure(loket, *three) for three in zip(golden, said, before, strict=True))
    return len(golden), [sentence for sentence in told if sentence]


def _failure(loket: Loket, golden: GoldenInquiry, said: Outcome, before: Outcome | None) -> str | None:
    if said.desk == golden.desk:
        return None
    was_sure = before is not None and before.desk == golden.desk
    if not said.automatic and not was_sure and loket.pipeline.router.desk_of(said.category) == golden.desk:
        return None
    text = " ".join(Masker(loket.settings.privacy.patterns).mask(golden.text).text.split())
    return f"golden inquiry “{shortened(text, _SHOWN_CHARS)}” must go to {golden.desk}, would go to {said.desk}"
