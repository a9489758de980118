"""`loket retrain`: train a challenger on what desks said, let it through the gate, promote it as configured."""

import json
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from model.configuration import Configuration
from model.errors import ModelError, PromotionRefused
from model.registry import Registry
from service.assembly import Loket, assemble
from service.commands import advice
from service.commands.options import as_json, command_of, open_store, tell
from service.errors import StorageUnavailable
from service.learning import gate
from service.learning.gate import Verdict
from service.learning.labelled import labelled_texts
from service.learning.replay import Replay, replay
from service.learning.reports import ADVICE, SUSPECTS
from service.learning.schedule import is_due
from service.storage.store import Store
from training.challenger import Challenger
from training.comparison_report import Moved, write_comparison
from training.dataset import LabelledInquiry, read_file
from training.progress import progress_bar
from training.retrain import REPORT, make_retraining, with_progress

_LEASE, _RENEW_SECONDS = timedelta(minutes=5), 60.0
_WRONGLY_MOVED = 0.02  # the share of reviewed inquiries that may leave their desk before a note says so


@click.command("retrain")
@click.option("--name", default="retrained", show_default=True, help="What you call the model.")
@click.option("--if-due", is_flag=True, help="Only with enough new labels or after the time, as configured.")
@click.option("--replay", "most", default=2000, show_default=True, help="How many stored inquiries it reads again.")
@click.option("--served-as", hidden=True, help="The fingerprint of the categories that the asking worker serves.")
@click.option("--promote/--no-promote", default=None, help="Instead of what is configured.")
@as_json
@command_of
def retrain(
    name: str,
    if_due: bool,
    most: int,
    served_as: str | None,
    promote: bool | None,
    as_json: bool,
    configuration: Configuration,
) -> None:
    """Train a challenger on seed and labels, compare it with the champion, promote it if nothing became worse.

    Example: loket retrain --no-promote
    """
    settings, store = open_store(configuration)
    now = datetime.now(UTC)
    if if_due and not is_due(store, settings.learning, now):
        return
    if if_due:
        os.nice(10)  # started by a worker: inquiries come first
    wants = settings.learning.promotion == "automatic" if promote is None else promote
    if served_as and served_as != settings.categories_fingerprint():
        wants = False  # what serves does not know the categories of the changed file before it is started anew
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(1))  # so that the place is given back
    with _only_one(store, now) as end:
        verdict = _run(configuration, assemble(configuration), name, most, wants, end)
    tell(asdict(verdict), as_json, _told(verdict, configuration.registry()))


def _run(configuration: Configuration, loket: Loket, name: str, most: int, wants: bool, end: "_End") -> Verdict:
    challenger = _trained(configuration, loket, name)
    registry = loket.registry
    advice_found = advice.advise(loket, challenger.version, datetime.now(UTC))
    for file, facts in (
        (REPORT, challenger.as_json()), (SUSPECTS, challenger.suspects), (ADVICE, advice_found),
    ):  # fmt: skip
        registry.add_report(challenger.version, file, json.dumps(facts).encode())
    verdict, page = _judged(loket, challenger, most)
    verdict.keep(registry, page)
    end(_promoted(loket, verdict, wants), "; ".join(verdict.blocked or verdict.notes), challenger.version)
    return verdict


def _trained(configuration: Configuration, loket: Loket, name: str) -> Challenger:
    """In this process, which is its own: what breaks here breaks nothing that serves."""
    labels = _labels(loket)
    return with_progress(make_retraining(configuration), labels, name, datetime.now(UTC))


def _labels(loket: Loket) -> list[LabelledInquiry]:
    texts = labelled_texts(loket.store, loket.settings.present_names())
    if not texts:
        raise ModelError("nobody has labelled anything yet")
    with tempfile.TemporaryDirectory(dir=loket.settings.data_dir) as folder:
        file = Path(folder) / "labels.jsonl"
        file.write_text("".join(json.dumps(one.row()) + "\n" for one in texts), "utf-8")
        return read_file(file).inquiries


def _judged(loket: Loket, challenger: Challenger, most: int) -> tuple[Verdict, str]:
    """The gate's verdict, and the page that shows it."""
    models = loket.pipeline.champion
    serving = models.serving(challenger.version)
    champion = models.serving(challenger.champion) if challenger.champion else None
    tried, failures = gate.golden_failures(loket, serving, champion)
    with progress_bar("Replaying") as replaying:
        replayed = replay(loket, serving, datetime.now(UTC), most, replaying)
    verdict = Verdict(
        challenger.version, challenger.champion, (*failures, *challenger.falls), _notes(challenger, replayed),
        tried, challenger.held_out, replayed.read, len(replayed.moves), datetime.now(UTC).isoformat(),
        is_judged=challenger.comparison.overall.verdict != "few",
    )  # fmt: skip
    return verdict, _page(challenger, failures, replayed)


def _notes(challenger: Challenger, replayed: Replay) -> tuple[str, ...]:
    notes = list(challenger.label_check.sentences())
    if challenger.comparison.overall.verdict == "few":
        notes.insert(0, f"only {challenger.held_out} labels judge it: too few to promote it without a person")
    notes += [*challenger.comparison.doubts, *challenger.comparison.rises]
    if challenger.unknown:
        notes.append(f"{challenger.unknown} labels were left out: there is no such category any more")
    if len(replayed.wrongly) > _WRONGLY_MOVED * replayed.read:
        notes.append(f"{len(replayed.wrongly)} inquiries that a person reviewed would go to another desk")
    return tuple(notes)


def _page(challenger: Challenger, failures: list[str], replayed: Replay) -> str:
    moved = [
        Moved(
            move.text, move.language, move.from_desk, move.from_category,
            move.to.desk, move.to.category, move.to.confidence,
        )
        for move in replayed.moves
    ]  # fmt: skip
    return write_comparison(
        challenger.comparison, champion=challenger.champion or "none", challenger=challenger.version,
        held_out=challenger.shared, failed=failures, moved=moved, replayed=replayed.read,
    )  # fmt: skip


def _promoted(loket: Loket, verdict: Verdict, wants: bool) -> str:
    """Promote what passed, or let it score live traffic; answers the outcome."""
    if verdict.blocked:
        return "blocked"
    if not wants or not verdict.is_judged:
        loket.registry.set_challenger(verdict.model)
        return "passed"
    try:
        routed = loket.settings.category_routes()
        gate.promote(loket.registry, verdict.model, routed, datetime.now(UTC), "retraining")
    except PromotionRefused:  # meanwhile another champion serves
        return "blocked"
    return "promoted"


class _End:
    """Says once how a retraining ended."""

    def __init__(self, store: Store, retraining_id: str) -> None:
        self._store, self._id, self.said = store, retraining_id, False

    def __call__(self, outcome: str, message: str, model: str | None = None) -> None:
        if not self.said:
            self.said = True
            self._store.retrainings.end(datetime.now(UTC), self._id, outcome, message, model)


@contextmanager
def _only_one(store: Store, at: datetime) -> Iterator[_End]:
    """Hold the one place of retrainings over all machines, and say how it ended, whatever happens."""
    held = store.retrainings.begin(at, _LEASE, store.labels.newest())
    if held is None:
        raise ModelError("another retraining is under way")
    end, done = _End(store, held), threading.Event()
    renewing = threading.Thread(target=_renew, args=(store, held, done), daemon=True)
    renewing.start()
    try:
        yield end
    except BaseException as error:
        end("failed", str(error) or type(error).__name__)
        raise
    finally:
        done.set()
        renewing.join()


def _renew(store: Store, retraining_id: str, done: threading.Event) -> None:
    while not done.wait(_RENEW_SECONDS):
        with suppress(StorageUnavailable):  # the lease lasts for several tries
            store.retrainings.renew(datetime.now(UTC), retraining_id, _LEASE)


def _told(verdict: Verdict, registry: Registry) -> str:
    if verdict.blocked:
        head = f"{verdict.model} is blocked; {verdict.champion or 'nothing'} goes on serving:"
        return "\n".join([head, *(f"  {reason}" for reason in verdict.blocked)])
    serves = registry.champion() == verdict.model
    head = f"{verdict.model} " + ("is the champion." if serves else "passed the gate and scores live inquiries.")
    return "\n".join([head, *(f"  {note}" for note in verdict.notes)])


if __name__ == "__main__":
    sys.exit(retrain())
