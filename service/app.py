"""The Flask application: made once per web worker, after the fork."""

import threading

from flask import Flask, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.middleware.proxy_fix import ProxyFix

from service.api import classify, desks, health, inquiries, models, openapi, problems
from service.assembly import Loket
from service.web import form, inbox, pages, sign_in

_BODY_MAX_BYTES = 1_048_576


def _refuse_endless_bodies() -> None:
    """413 also for a body that does not say its length: left to itself it would be cut at the limit."""
    if request.content_length is None and len(request.get_data()) >= _BODY_MAX_BYTES:
        raise RequestEntityTooLarge


def create_app(loket: Loket, *, threads: int = 8) -> Flask:
    """The application that serves one process's parts; at most half of its threads wait for decisions."""
    app = Flask(__name__, static_folder="web/static", template_folder="web/templates")
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = _BODY_MAX_BYTES
    app.extensions["loket"] = loket
    app.extensions["waiters"] = threading.BoundedSemaphore(max(1, threads // 2))
    problems.register(app)
    pages.register(app)
    app.before_request(_refuse_endless_bodies)
    for module in (inquiries, classify, desks, models, health, openapi, pages, form, sign_in, inbox):
        app.register_blueprint(module.blueprint)
    proxies = loket.settings.web.trusted_proxies
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    return app
