"""What a Zammad tells by its webhook.

Source: Zammad Admin Documentation, page Webhook Payload (headers and JSON), and Zammad's user_agent: the
signature is ``sha1=`` and the HMAC-SHA1 of the body. The payload has no tags, so a category is told by the
configured attribute alone.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.delivery.hearing import Heard, json_of, same
from service.delivery.help_desk_text import tag
from service.delivery.zammad.settings import ZammadSettings

_SYSTEM = "1"  # the user of Zammad's own triggers and jobs: their moves are no person's correction


def is_genuine(settings: ZammadSettings, headers: Mapping[str, str], body: bytes, at: datetime) -> bool:
    """Whether it was signed with the webhook's secret. Zammad signs no time: see `Heard.at` for repetitions."""
    if settings.webhook_secret is None:
        return False
    key = settings.webhook_secret.get_secret_value().encode()
    return same(headers.get("x-hub-signature", ""), f"sha1={hmac.new(key, body, hashlib.sha1).hexdigest()}")


def hear(settings: ZammadSettings, body: bytes) -> Heard | None:
    """What it says of a ticket; None when it says nothing of one."""
    said = json_of(body)
    ticket = said.get("ticket") if isinstance(said, dict) else None
    if not isinstance(ticket, dict) or not ticket.get("id") or not ticket.get("updated_at"):
        return None
    category = ticket.get(settings.fields.category) if settings.fields.category else None
    by = str(ticket.get("updated_by_id") or "")
    return Heard(
        remote_id=str(ticket["id"]),
        at=str(ticket["updated_at"]),
        by=by,
        group=_name(ticket.get("group")),
        categories=frozenset({tag(str(category))} if category else ()),
        tags=None,
        closed=_name(ticket.get("state")) == settings.closed_state,
        by_person=by != _SYSTEM,
    )


def _name(said: Any) -> str | None:
    """Of a group or state, which is told by its name or as a whole."""
    name = said.get("name") if isinstance(said, dict) else said
    return str(name) if name else None
