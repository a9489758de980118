"""What a website may send: the one description that validates JSON and form posts and makes the API page."""

import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Iterable
from typing import Annotated, Any, Protocol

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from service.pipeline.detection.languages import LanguageCode, normalise

TEXT_MAX_CHARS = 20_000
_FIELDS_MAX, _FIELD_NAME_MAX_CHARS, _FIELD_MAX_CHARS = 50, 100, 2_000
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+$")


def _plain(text: str) -> str:
    """Text that every database and every reader can hold."""
    if "\x00" in text:
        raise ValueError("holds a NUL character")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("holds half a character (a lone surrogate)") from None
    return text


def _one_line(text: str) -> str:
    if any(character in text for character in "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"):
        raise ValueError("holds a line break")
    return _plain(text)


def _not_blank(text: str) -> str:
    if not any(_is_seen(character) for character in text):
        raise ValueError("is empty")
    return text


def _is_seen(character: str) -> bool:
    """Not a blank, a control, a mark without a letter, or one of the letters that are drawn as nothing."""
    return unicodedata.category(character)[0] not in "ZCM" and character not in "\u115f\u1160\u2800\u3164\uffa0"


def _language(tag: str) -> str:
    normalise(tag)
    return tag


def _email(address: str) -> str:
    if address and not _EMAIL.match(address):
        raise ValueError("is not an e-mail address")
    return address


def _country(code: str) -> str:
    return code.upper()


def _line_breaks(value: Any) -> Any:
    """A form posts each line break as two characters; here it is one."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def _field_value(value: Any) -> Any:
    """What an input of a form can hold."""
    if isinstance(value, str):
        if len(value) > _FIELD_MAX_CHARS:
            raise ValueError(f"has more than {_FIELD_MAX_CHARS} characters")
        return _plain(_line_breaks(value))
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("is not a finite number")
    if value is not None and not isinstance(value, bool | int | float):
        raise ValueError("is not a text, a number, true, false or null")
    return value


def _none_for_empty(value: Any) -> Any:
    """A form sends what was not filled in as an empty text."""
    return None if value == "" else value


Text = Annotated[
    str, Field(max_length=TEXT_MAX_CHARS, examples=["Waar blijft mijn bestelling?"]),
    BeforeValidator(_line_breaks), AfterValidator(_plain), AfterValidator(_not_blank),
]  # fmt: skip
Line = Annotated[str, Field(max_length=300), AfterValidator(_one_line)]
EmailLine = Annotated[str, Field(max_length=320), AfterValidator(_one_line), AfterValidator(_email)]
Tag = Annotated[str, Field(max_length=35, examples=["nl-BE"]), AfterValidator(_language)]
Country = Annotated[str, Field(pattern="^[A-Za-z]{2}$", examples=["BE"]), AfterValidator(_country)]
Channel = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9_.-]{0,63}$", examples=["web"])]
FieldName = Annotated[str, Field(min_length=1, max_length=_FIELD_NAME_MAX_CHARS), AfterValidator(_one_line)]
FieldValue = Annotated[
    Any, AfterValidator(_field_value),
    WithJsonSchema({"type": ["string", "number", "boolean", "null"], "maxLength": _FIELD_MAX_CHARS}),
]  # fmt: skip
Fields = Annotated[dict[FieldName, FieldValue], Field(max_length=_FIELDS_MAX)]
Comment = Annotated[str, Field(max_length=_FIELD_MAX_CHARS), AfterValidator(_plain)]
Absent = BeforeValidator(_none_for_empty)


class MultiMapping(Protocol):
    """A posted form, in which a name may come more than once."""

    def lists(self) -> Iterable[tuple[str, list[str]]]:
        """Each name with all its values."""
        ...


def _joined(values: str | list[str]) -> str:
    return values if isinstance(values, str) else ", ".join(values)


class Question(BaseModel):
    """A text to understand."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    text: Text
    subject: Annotated[Line | None, Absent] = None
    language: Annotated[Tag | None, Absent] = Field(None, description="BCP 47: what the form was shown in")

    @property
    def declared(self) -> LanguageCode | None:
        """The declared language in its normal form."""
        return normalise(self.language) if self.language else None


class Submission(Question):
    """An inquiry as a contact form sends it."""

    name: Annotated[Line | None, Absent] = None
    email: Annotated[EmailLine | None, Absent] = None
    country: Annotated[Country | None, Absent] = Field(None, description="ISO 3166-1 alpha-2")
    channel: Channel = "web"
    fields: Fields = Field({}, description="Whatever else the form asked")

    @classmethod
    def of_form(cls, form: MultiMapping) -> "Submission":
        """Read an HTML form post: inputs that Loket does not know are kept as fields, ticked boxes together."""
        inputs = {name: values if len(values) > 1 else values[0] for name, values in form.lists()}
        known = {name: inputs[name] for name in inputs if name in cls.model_fields and name != "fields"}
        others = {name: _joined(inputs[name]) for name in inputs if name not in known}
        return cls.model_validate({**known, "fields": others})

    def values(self) -> dict[str, Any]:
        """The columns to store."""
        values = self.model_dump()
        return values | {"declared_language": values.pop("language"), "body_hash": self.hash()}

    def hash(self) -> str:
        """Tells whether another submission says the same."""
        canonical = json.dumps(self.model_dump(), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(canonical.encode()).hexdigest()


class BatchOfQuestions(BaseModel):
    """Many texts at once."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    inquiries: Annotated[list[Question], Field(min_length=1, max_length=1000)]


class Assignment(BaseModel):
    """Who answers a ticket."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    to: Annotated[Line | None, Absent] = Field(description="as the journal names people, `user:anna`; null: nobody")


class Correction(BaseModel):
    """What a person knows better; at least category or desk."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    category: Annotated[Line | None, Absent] = None
    desk: Annotated[Line | None, Absent] = None
    comment: Annotated[Comment | None, Absent] = None

    @model_validator(mode="after")
    def _says_something(self) -> "Correction":
        if self.category is None and self.desk is None:
            raise ValueError("category or desk is needed")
        return self
