"""Makes the targets of the settings, each by its kind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from model.errors import ModelError
from model.keys import read_or_make_key
from service.delivery.dispatcher import Pages, Target
from service.delivery.email.links import Signer
from service.delivery.email.sender import CorrectionLinks, EmailSender
from service.delivery.email.settings import EmailSettings
from service.delivery.parcel import Sender
from service.delivery.webhook.sender import WebhookSender
from service.delivery.webhook.settings import WebhookSettings
from service.delivery.zammad.sender import ZammadSender
from service.delivery.zammad.settings import ZammadSettings
from service.delivery.zendesk.sender import ZendeskSender
from service.delivery.zendesk.settings import ZendeskSettings
from service.errors import CannotStart
from service.settings import Settings

_MAKERS: dict[type, Callable[[Any, Settings], Sender]] = {
    WebhookSettings: lambda own, _: WebhookSender(own),
    EmailSettings: lambda own, settings: EmailSender(own, _links(settings)),
    ZammadSettings: lambda own, _: ZammadSender(own),
    ZendeskSettings: lambda own, _: ZendeskSender(own),
}


def make_targets(settings: Settings) -> dict[str, Target]:
    """All configured targets, by name.

    Raises:
        CannotStart: A key cannot be read.
    """
    found = settings.deliveries
    return {one.name: Target(one.name, _MAKERS[type(one)](one, settings), one.concurrency) for one in found}


def make_pages(settings: Settings) -> Pages:
    """What people call desks, and where they reach tickets."""
    return Pages({name: desk.name for name, desk in settings.desks.items()}, settings.web.public_url)


def make_signer(settings: Settings) -> Signer:
    """Signs the links in messages, with a key that is made at first use.

    Raises:
        CannotStart: The key cannot be read.
    """
    path = Path(settings.web.link_key_file or settings.data_dir / "keys" / "links.key")
    try:
        return Signer(read_or_make_key(path, "the links' key"))
    except ModelError as error:
        raise CannotStart(str(error)) from error


def _links(settings: Settings) -> CorrectionLinks:
    return CorrectionLinks(make_signer(settings), settings.web.public_url, frozenset(settings.categories))
