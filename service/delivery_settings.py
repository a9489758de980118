"""Settings of ``[[deliveries]]``: one entry a kind of target."""

from typing import Annotated

from pydantic import Field

from service.delivery.email.settings import EmailSettings
from service.delivery.webhook.settings import WebhookSettings
from service.delivery.zammad.settings import ZammadSettings
from service.delivery.zendesk.settings import ZendeskSettings

AnyTarget = WebhookSettings | EmailSettings | ZammadSettings | ZendeskSettings
Deliveries = tuple[Annotated[AnyTarget, Field(discriminator="kind")], ...]
