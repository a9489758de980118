"""What the pipeline concluded of one inquiry; the same models make the stored record and the API's answer."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    model_serializer,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from service.pipeline.rules import Priority

Confidence = Annotated[float, Field(ge=0.0, le=1.0)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class WithoutAbsent(_Part):
    """Leaves out what is None, so that a reader sees only what there is."""

    @model_serializer(mode="wrap")
    def _present(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in handler(self).items() if value is not None}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Describe the fields as they are declared: the serializer above would hide them."""
        return handler(cast(CoreSchema, {key: part for key, part in schema.items() if key != "serialization"}))


class Language(WithoutAbsent):
    """The inquiry's language."""

    code: str = Field(description="ISO 639-1, `und` when unknown")
    confidence: Confidence
    source: Literal["detector", "declared", "script", "site", "none"] = Field(
        description="what settled it: words, form, script, or site and what else is known of the visitor"
    )
    script: str | None = Field(None, description="ISO 15924, where the code alone does not say it")


class Untranslated(StrEnum):
    """Why there is no translation. A fixed list: an exception's text may hold the inquiry."""

    NO_PROVIDER = "no_provider"
    NOTHING_TO_TRANSLATE = "nothing_to_translate"
    UNSUPPORTED_LANGUAGE = "unsupported_language"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    QUOTA = "quota"
    REFUSED = "refused"
    BAD_ANSWER = "bad_answer"
    PAUSED = "paused"
    BUSY = "busy"
    RATE_LIMITED = "rate_limited"
    TOO_LONG = "too_long"
    WRONG_LANGUAGE = "wrong_language"
    INCOMPLETE = "incomplete"
    KEPT_INSIDE = "kept_inside"

    @property
    def may_pass(self) -> bool:
        """Whether it is worth to try again later."""
        return self not in {
            Untranslated.NO_PROVIDER,
            Untranslated.NOTHING_TO_TRANSLATE,
            Untranslated.UNSUPPORTED_LANGUAGE,
            Untranslated.TOO_LONG,
            Untranslated.KEPT_INSIDE,
        }


class Translation(WithoutAbsent):
    """The English text of the inquiry, or why there is none."""

    status: Literal["translated", "not_needed", "unavailable"]
    text: str | None = None
    provider: str | None = None
    cached: bool = False
    reason: Untranslated | None = None


class Alternative(_Part):
    """A less probable category."""

    category: str
    confidence: Confidence


class Intent(_Part):
    """One category, the part of the inquiry in which it was found, and the desk that answers it."""

    category: str
    confidence: Confidence
    text: str
    desk: str = Field("triage", description="one ticket is laid on each desk")
    automatic: bool = False
    rule: str | None = Field(None, description="the routing rule that had a say")
    priority: Priority = Priority.NORMAL
    due_at: datetime | None = None


class Spoke(_Part):
    """A word that spoke for the category, in units of the decision score."""

    term: str
    weight: float


class SimilarInquiry(_Part):
    """A labelled inquiry that spoke for the category, and its share of the semantic view's score."""

    text: str = Field(description="empty for what a customer sent")
    category: str
    weight: float
    inquiry: str | None = Field(None, description="its id, if it came in through this service")


class RememberedInquiry(_Part):
    """A corrected inquiry that this one was found to repeat, and what the model would have said."""

    inquiry: str
    receipt: str
    similarity: float
    instead_of: str = Field(description="the category by the model alone; `out_of_scope` for none")


class Suggestion(_Part):
    """What the translation, which came when a person had opened the ticket already, would have decided."""

    category: str | None
    confidence: Confidence
    desk: str


class Decision(_Part):
    """Language, translation, category with its confidence, desk and reason."""

    language: Language
    translation: Translation
    category: str | None = Field(description="null when no model could be asked")
    confidence: Confidence
    alternatives: tuple[Alternative, ...] = ()
    intents: tuple[Intent, ...] = ()
    desk: str
    automatic: bool = Field(description="true when the confidence was high enough to choose the category's desk")
    reason: str
    rule: str | None = Field(None, description="the routing rule that had a say")
    priority: Priority = Priority.NORMAL
    due_at: datetime | None = Field(None, description="until when the main request is to be answered")
    explanation: tuple[Spoke, ...] = ()
    similar: tuple[SimilarInquiry, ...] = Field((), description="empty when the words alone were sure")
    model: str | None = Field(description="the model version that was asked")
    remembered: RememberedInquiry | None = Field(None, description="decided as this corrected inquiry was")
    suggestion: Suggestion | None = Field(None, description="a late translation would have decided otherwise")
