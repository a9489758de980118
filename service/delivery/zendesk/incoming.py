"""What a Zendesk tells by its webhook, subscribed to ticket events.

Source: Zendesk's reference, pages Verifying webhooks (base64 of the HMAC-SHA256 of timestamp and body), Ticket
events (the object ``detail`` is the ticket after the event, whatever the event was), Anatomy of a webhook request.
"""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta

from service.delivery.hearing import Heard, json_of, moment_of, same
from service.delivery.zendesk.sender import ANSWERED
from service.delivery.zendesk.settings import ZendeskSettings

_TOLERANCE = timedelta(minutes=5)
_EVENTS = "zen:event-type:ticket."
_NOBODY = {"", "0", "-1"}  # a trigger or an automation, which is no person's correction


def is_genuine(settings: ZendeskSettings, headers: Mapping[str, str], body: bytes, at: datetime) -> bool:
    """Whether it was signed with the webhook's secret, minutes ago at most."""
    if settings.webhook_secret is None:
        return False
    key, signed_at = settings.webhook_secret.get_secret_value().encode(), "x-zendesk-webhook-signature-timestamp"
    stamp = headers.get(signed_at, "")
    content = stamp.encode("utf-8", "replace") + body
    expected = b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
    moment = moment_of(stamp)
    is_fresh = moment is not None and abs(at - moment) <= _TOLERANCE
    return same(headers.get("x-zendesk-webhook-signature", ""), expected) and is_fresh


def hear(settings: ZendeskSettings, body: bytes) -> Heard | None:
    """What it says of a ticket; None when it says nothing of one."""
    said = json_of(body)
    detail = said.get("detail") if isinstance(said, dict) else None
    is_event = isinstance(said, dict) and str(said.get("type", "")).startswith(_EVENTS)
    if not is_event or not isinstance(detail, dict) or not detail.get("id") or not detail.get("updated_at"):
        return None
    told = detail.get("tags")
    tags = frozenset(map(str, told)) if isinstance(told, list) else None
    by, group = str(detail.get("actor_id") or ""), detail.get("group_id")
    return Heard(
        remote_id=str(detail["id"]),
        at=str(detail["updated_at"]),
        by=by,
        group=str(group) if group else None,
        categories=tags or frozenset(),
        tags=tags,
        closed=str(detail.get("status", "")).lower() in ANSWERED,
        by_person=by not in _NOBODY,
    )
