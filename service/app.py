"""The Flask application: made once per web worker, after the fork."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from service.api import classify, desks, health, inquiries, models, openapi, problems
from service.assembly import Loket
from service.web import form, inbox, pages, sign_in

_BODY_MAX_BYTES = 1_048_576


def create_app(loket: Loket) -> Flask:
    """The application that serves one process's parts."""
    app = Flask(__name__, static_folder="web/static", template_folder="web/templates")
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = _BODY_MAX_BYTES
    app.extensions["loket"] = loket
    problems.register(app)
    pages.register(app)
    for module in (inquiries, classify, desks, models, health, openapi, pages, form, sign_in, inbox):
        app.register_blueprint(module.blueprint)
    proxies = loket.settings.web.trusted_proxies
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    return app
