"""The Flask application: made once per web worker, after the fork."""

import threading

from flask import Flask, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.middleware.proxy_fix import ProxyFix

from service.api import classify, desks, golden, health, inquiries, models, openapi, problems
from service.assembly import Loket
from service.learning.receipt import Receipts
from service.learning.watch import Watcher
from service.web import form, inbox, label, pages, sign_in, suspects, watch
from service.web import golden as golden_pages
from service.web import models as model_pages

_BODY_MAX_BYTES = 1_048_576
_API = (inquiries, classify, desks, golden, models, health, openapi)
_PAGES = (pages, form, sign_in, inbox, label, golden_pages, watch, model_pages, suspects)


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
    app.extensions["watcher"] = Watcher(loket.store)
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
