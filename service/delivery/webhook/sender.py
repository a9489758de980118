"""Sends a delivery as Standard Webhooks has it (https://www.standardwebhooks.com)."""

import hashlib
import hmac
import time
from base64 import b64encode
from collections.abc import Callable

from service.delivery.http import CallFailed, Client, outcome_of
from service.delivery.parcel import Outcome, Parcel
from service.delivery.webhook.body import body_of
from service.delivery.webhook.settings import WebhookSettings


class WebhookSender:
    """One receiver.

    Args:
        settings: Its table.
        client: Calls it; by default as the settings say.
        clock: The seconds since 1970 that are signed: receivers refuse what is minutes old.
    """

    def __init__(
        self, settings: WebhookSettings, client: Client | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self._settings, self._clock = settings, clock
        self._client = client or Client(allow_private=settings.allow_private, ca_file=settings.ca_file)

    def send(self, parcel: Parcel) -> Outcome:
        """One attempt, with a signature of each secret."""
        # A ticket that lies on another's desk by now, however long this waited, is told without its texts.
        texts = self._settings.texts and self._settings.wants(parcel.ticket.desk)
        body, moment = body_of(parcel, texts=texts), str(int(self._clock()))
        headers = {
            "Content-Type": "application/json",
            "webhook-id": parcel.id,
            "webhook-timestamp": moment,
            "webhook-signature": " ".join(
                signed(key, parcel.id, moment, body) for key in self._settings.signing_keys()
            ),
        }
        try:
            return outcome_of(self._client.request("POST", self._settings.url, headers=headers, body=body))
        except CallFailed as failed:
            return failed.outcome


def signed(key: bytes, message_id: str, moment: str, body: bytes) -> str:
    """Standard Webhooks' symmetric signature, version 1."""
    content = f"{message_id}.{moment}.".encode() + body
    return f"v1,{b64encode(hmac.digest(key, content, hashlib.sha256)).decode()}"
