"""The models: which serves, which is compared with it, what the gate found, and what trainings advise."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from model.artifact import Manifest
from model.errors import ModelError
from model.registry import Registry
from model.text import shortened
from service.api.operation import loket
from service.api.problems import status_of
from service.errors import Conflict, NotFound
from service.learning import gate, reports
from service.learning.gate import Verdict
from service.learning.labelled import text_of, translation_of
from service.learning.replay import masked_text
from service.pipeline.masking.masker import Masker
from service.storage.records import Disagreement, Ticket
from service.web import session

blueprint = Blueprint("models_page", __name__)
blueprint.before_request(session.check_origin)
blueprint.before_request(session.only_with("models"))
blueprint.after_request(session.no_store)
_SHOWN = 20  # versions; older ones only if they serve, served before or are compared
_DISAGREEMENTS = 25
_TEXT_CHARS = 300
# A page of a training's own: nothing in it may run, load or act, whatever a customer wrote. A sandboxed page may
# have no opener policy: browsers refuse to show one that has.
_COMPARISON_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "unsafe-none",
}


@dataclass(frozen=True, slots=True)
class _Version:
    """One version as the page shows it; ``since`` is when it became champion, where it is or was."""

    manifest: Manifest
    created_at: datetime | None
    inquiries: int
    labels: int | None
    since: datetime | None
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class _Apart:
    """A live inquiry, its text masked, that the challenger would lay elsewhere than where it lies."""

    text: str
    language: str
    ticket: Ticket
    said: Disagreement


@blueprint.get("/models")
def page() -> str:
    """All that is known of the models."""
    return _page(request.args.get("told"))


@blueprint.get("/models/<version>/comparison")
def comparison(version: str) -> Response:
    """The page that the gate laid beside a version."""
    content = loket().registry.report(version, gate.PAGE)
    if content is None:
        raise NotFound
    return Response(content, content_type="text/html; charset=utf-8", headers=_COMPARISON_HEADERS)


@blueprint.post("/models/<version>/promote")
def promote(version: str) -> AnyResponse | tuple[str, int]:
    """It serves; one that the gate blocks only by the will of an administrator who has read why."""
    despite_gate = request.form.get("read") == "yes"
    if despite_gate:
        g.actor.require("admin")
    routed = loket().settings.category_routes()
    return _done(
        "promoted",
        lambda registry: gate.promote(
            registry, version, routed, datetime.now(UTC), g.actor.name, despite_gate=despite_gate
        ),
    )


@blueprint.post("/models/rollback")
def rollback() -> AnyResponse | tuple[str, int]:
    """The champion before serves again, if nobody changed the champion meanwhile."""
    seen = request.form.get("champion", "")

    def act(registry: Registry) -> None:
        if registry.champion() != seen:
            raise Conflict("Somebody else changed the champion meanwhile.")
        gate.rollback(registry, datetime.now(UTC), g.actor.name)

    return _done("back", act)


@blueprint.post("/models/<version>/score")
def score(version: str) -> AnyResponse | tuple[str, int]:
    """It reads live inquiries beside the champion; nothing is routed by it."""

    def act(registry: Registry) -> None:
        if registry.champion() == version:
            raise Conflict(f"{version} is the champion: it decides already.")
        registry.set_challenger(version)

    return _done("scoring", act)


@blueprint.post("/models/stop")
def stop() -> AnyResponse | tuple[str, int]:
    """No version reads live inquiries beside the champion."""
    return _done("stopped", lambda registry: registry.set_challenger(None))


def _done(told: str, act: Callable[[Registry], None]) -> AnyResponse | tuple[str, int]:
    """Act, then show the page; what could not be done is told there."""
    try:
        act(loket().registry)
    except (ModelError, Conflict) as error:
        return _page(problem=str(error)), status_of(error)
    return redirect(url_for("models_page.page", told=told), 303)


def _page(told: str | None = None, problem: str | None = None) -> str:
    try:
        models = _models(loket().registry)
    except ModelError as error:  # trainings are told all the same
        models, problem = {}, problem or str(error)
    retrainings = loket().store.retrainings.latest()
    return render_template(
        "models.html", told=told, problem=problem, retrainings=retrainings, now=datetime.now(UTC), **models
    )


def _models(registry: Registry) -> dict[str, Any]:
    champions, challenger, every = registry.champions(), registry.challenger(), registry.versions()
    *_, before, champion = None, None, *(version for version, _ in champions)
    kept = {champion, before, challenger}
    shown = [one for place, one in enumerate(every) if place < _SHOWN or one.version in kept]
    advice = reports.newest(registry, reports.ADVICE, reports.Advice)
    return {
        "versions": [_version(registry, one, dict(champions).get(one.version)) for one in shown],
        "hidden": len(every) - len(shown),
        "champion": champion,
        "before": before,
        "challenger": challenger,
        "counts": loket().store.shadow_decisions.counts(challenger) if challenger else None,
        "apart": list(_apart(challenger)) if challenger else [],
        "advice": advice,
    }


def _version(registry: Registry, manifest: Manifest, since: str | None) -> _Version:
    version = manifest.version
    inquiries = sum(row.get("rows", 0) for row in manifest.data)
    labels = reports.labels_learned(registry, version)
    verdict = gate.verdict_of(registry, version)
    return _Version(manifest, _moment(manifest.created_at), inquiries, labels, _moment(since), verdict)


def _moment(at: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(at) if at else None
    except ValueError:
        return None


def _apart(challenger: str) -> Iterator[_Apart]:
    parts = loket()
    masker = Masker(parts.settings.privacy.patterns)
    for said in parts.store.shadow_decisions.disagreements(challenger, _DISAGREEMENTS):
        english, language = translation_of(said.inquiry.decision)
        text = masked_text(masker, english or text_of(said.inquiry), said.inquiry)
        for ticket in parts.store.tickets.of_inquiry(said.inquiry.id)[:1]:
            yield _Apart(
                shortened(" ".join(text.split()), _TEXT_CHARS), "en" if english else language or "", ticket, said
            )
