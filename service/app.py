"""The Flask application: made once per web worker, after the fork."""

import threading
from functools import cache, partial

from flask import Flask, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.middleware.proxy_fix import ProxyFix

from service.api import (
    classify,
    clock,
    desks,
    events,
    golden,
    health,
    incoming,
    inquiries,
    models,
    openapi,
    problems,
)
from service.assembly import Loket
from service.journeys.feed import journeys_of
from service.learning.receipt import Receipts
from service.learning.watch import Watcher
from service.oidc import Provider
from service.web import clock as clock_page
from service.web import form, inbox, label, mail_link, oidc, pages, people, sign_in, suspects, ticket, watch
from service.web import golden as golden_pages
from service.web import models as model_pages

_BODY_MAX_BYTES = 1_048_576
_API = (inquiries, classify, clock, desks, events, golden, models, incoming, health, openapi)
_PAGES = (
    pages, form, sign_in, oidc, people, inbox, ticket, label, mail_link, golden_pages, watch, clock_page,
    model_pages, suspects,
)  # fmt: skip


def _refuse_endless_bodies() -> None:
    """413 also for a body that does not say its length: left to itself it would be cut at the limit."""
    if request.content_length is None and len(request.get_data()) >= _BODY_MAX_BYTES:
        raise RequestEntityTooLarge


def create_app(loket: Loket, *, threads: int = 8) -> Flask:
    """The application that serves one process's parts; at most half of its threads wait for decisions."""
    app = Flask(__name__, static_folder="web/static", template_folder="web/templates")
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = _BODY_MAX_BYTES
    app.extensions["loket"] = loket
    app.extensions["receipts"] = Receipts(loket.store, loket.registry)
    # Made when first asked for.
    app.extensions["journeys"] = cache(partial(journeys_of, loket.settings, loket.store))
    app.extensions["watcher"] = Watcher(loket.store)
    app.extensions["oidc"] = Provider(loket.settings.oidc) if loket.settings.oidc else None
    app.extensions["waiters"] = threading.BoundedSemaphore(max(1, threads // 2))
    problems.register(app)
    pages.register(app)
    app.before_request(_refuse_endless_bodies)
    for module in (*_API, *_PAGES):
        app.register_blueprint(module.blueprint)
    proxies = loket.settings.web.trusted_proxies
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    return app
