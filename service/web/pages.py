"""What all pages share: the visitor's language, words for times and languages, headers, the error page."""

import math
from datetime import UTC, datetime

from flask import Blueprint, Flask, Response, g, json, render_template, request

from model.taxonomy import OUT_OF_SCOPE
from service.api.operation import loket
from service.pipeline.detection.languages import english_name
from service.web import catalogues, refusals

blueprint = Blueprint("pages", __name__)
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


# Endpoint, title, and the scopes of which one is needed; the blueprint's name tells which page is open.
NAVIGATION = (
    ("inbox.desks", "Desks", ("desk",)),
    ("label.queue", "Label", ("desk",)),
    ("suspects.page", "Suspects", ("desk",)),
    ("golden.page", "Golden", ("desk", "models")),
    ("watch.page", "Watch", ("desk", "models")),
    ("models_page.page", "Models", ("models",)),
    ("clock.page", "Clock", ("figures",)),
    ("people.page", "Settings", ("admin",)),
)


@blueprint.get("/")
def index() -> str:
    """Where everything is."""
    return render_template("index.html")


def register(app: Flask) -> None:
    """Prepare every request and answer for pages."""
    app.before_request(_choose_language)
    app.after_request(_add_headers)
    app.context_processor(_for_templates)
    filters = {"ago": ago, "when": when, "percent": percent, "in_words": in_words, "language_name": english_name}
    app.jinja_env.filters.update(filters)
    app.jinja_env.filters.update(refusal=refusals.refusal_here, upper_first=refusals.upper_first)
    app.extensions["error_page"] = _error_page


def percent(confidence: float) -> str:
    """In whole percent, rounded down: nothing is certain."""
    return f"{math.floor(confidence * 100)} %"


def ago(at: datetime) -> str:
    """How long since, in one unit: ``3 min ago``."""
    seconds = max(0, int((datetime.now(UTC) - at).total_seconds()))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return f"{seconds} s ago"


def when(at: datetime) -> str:
    """The moment, to the minute, in UTC."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def in_words(category: object) -> object:
    """A category's name, or what it means to have none; anything else as it is."""
    if category == OUT_OF_SCOPE:
        return "belongs to no category"
    return "no category" if category is None else category


def _choose_language() -> None:
    g.chosen_language = catalogues.choose(request.args.get("lang"), request.accept_languages)
    g.language = g.chosen_language or catalogues.SOURCE
    g.translate = catalogues.catalogue(g.language).gettext


def _navigation() -> list[tuple[str, str]]:
    """The pages that the signed-in person may open."""
    actor = g.get("actor")
    return [(end, title) for end, title, scopes in NAVIGATION if actor and any(map(actor.may, scopes))]


def _for_templates() -> dict[str, object]:
    return {
        "navigation": _navigation(),
        "_": g.translate,
        "language": g.language,
        "chosen_language": g.chosen_language,
        "languages": catalogues.LANGUAGES,
        "actor": g.get("actor"),
        "form_token": g.get("form_token"),
        "settings": loket().settings,
        "today": datetime.now(UTC).date(),
    }


def _add_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _error_page(answer: Response) -> Response:
    """The problem as a page."""
    problem = json.loads(answer.get_data())
    page = Response(
        render_template("error.html", problem=problem),
        answer.status_code,
        content_type="text/html; charset=utf-8",
    )
    page.headers["Cache-Control"] = "no-store"
    for name in ("Retry-After", "Allow"):
        if name in answer.headers:
            page.headers[name] = answer.headers[name]
    return page
