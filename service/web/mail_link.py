"""The page behind a link in a message: it asks once, for mail scanners follow links, and then corrects."""

from datetime import UTC, datetime

from flask import Blueprint, g, render_template, request

from service.api.operation import loket
from service.delivery.email.correcting import LinkRefused, Worthless, follow_link, read_link
from service.delivery.targets import make_signer
from service.web import session

blueprint = Blueprint("mail_link", __name__)
blueprint.before_request(session.check_origin)
blueprint.after_request(session.no_store)
_STATUS = {Worthless.ALTERED: 404, Worthless.EXPIRED: 410, Worthless.CHANGED: 409}


@blueprint.get("/mail/<token>")
def page(token: str) -> tuple[str, int]:
    """Shows what the link would do, and the button that does it."""
    parts = loket()
    try:
        link, ticket = read_link(parts.store, parts.settings, make_signer(parts.settings), datetime.now(UTC), token)
    except LinkRefused as refused:
        return _nothing(refused.why)
    return render_template("mail_link.html", ticket=ticket, category=link.category, token=token), 200


@blueprint.post("/mail/<token>")
def correct(token: str) -> tuple[str, int]:
    """Corrects the ticket."""
    parts, signer = loket(), make_signer(loket().settings)
    try:
        ticket = follow_link(parts.store, parts.settings, signer, datetime.now(UTC), token, request.remote_addr)
    except LinkRefused as refused:
        return _nothing(refused.why)
    return render_template("mail_link_done.html", ticket=ticket), 200


def _nothing(why: Worthless) -> tuple[str, int]:
    sentences = {
        Worthless.ALTERED: g.translate("This link is incomplete or not one of ours. Nothing was changed."),
        Worthless.EXPIRED: g.translate("This link has expired. Nothing was changed."),
        Worthless.CHANGED: g.translate(
            "The ticket has changed since the message was sent. Nothing was changed now."
        ),
    }
    return render_template("mail_link_refused.html", sentence=sentences[why]), _STATUS[why]
