"""Where help desks tell what their people changed; their signature is the credential."""

from datetime import UTC, datetime

from flask import Blueprint, request
from pydantic import BaseModel, Field

from service.api.operation import ANYBODY, loket, operation
from service.delivery.incoming import receive

blueprint = Blueprint("incoming_api", __name__, url_prefix="/api/v1")
_SIGNED = {
    "X-Hub-Signature": "of Zammad: `sha1=` and the HMAC-SHA1 of the body",
    "X-Zendesk-Webhook-Signature": "of Zendesk: the base64 HMAC-SHA256 of timestamp and body",
    "X-Zendesk-Webhook-Signature-Timestamp": "of Zendesk: ISO 8601, at most 5 minutes ago",
}


class Taken(BaseModel):
    """What came of a webhook."""

    changed: bool = Field(
        description="false when it says nothing new: our own change, a repetition, another's matter"
    )


@blueprint.post("/incoming/<target>")
@operation(
    "Take a help desk's webhook",
    scope=ANYBODY,
    answers={200: Taken},
    problems=(401, 404, 413, 422, 503),
    headers=_SIGNED,
)
def incoming(target: str) -> Taken:
    """A group or category that was changed there corrects the ticket here; closed there, it is closed here."""
    parts, headers = loket(), {name.lower(): value for name, value in request.headers.items()}
    body, now = request.get_data(), datetime.now(UTC)
    return Taken(changed=receive(parts.store, parts.settings, now, target, headers, body, request.remote_addr))
