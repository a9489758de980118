"""What a Zendesk is configured with."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from service.delivery.help_desk_settings import HelpDeskSettings, Secret
from service.setting_types import Name, Table

Number = Annotated[str, StringConstraints(pattern=r"^[1-9]\d{0,19}$")]
FieldId = Annotated[int, Field(ge=1)]


class ZendeskFields(Table):
    """Custom ticket fields, by what Loket puts there; the category's is a dropdown with the categories as tags."""

    category: FieldId | None = None
    confidence: FieldId | None = None
    receipt: FieldId | None = None


class ZendeskSettings(HelpDeskSettings):
    """A ``[[deliveries]]`` of kind zendesk.

    Attributes:
        email: Of the agent whose token it is; Loket's own, since what this agent does is never a correction.
        token: An API token.
        groups: By number, since names are not unique there.
    """

    kind: Literal["zendesk"]
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s:]+@[^@\s:]+$")]
    token: Secret
    groups: Annotated[dict[Name, Number], Field(min_length=1)]
    fields: ZendeskFields = ZendeskFields()
