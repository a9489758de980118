"""Why something was refused, in the language of the page: what errors say in English, looked up as messages."""

import re
from collections.abc import Callable
from functools import cache

from flask import g

FIELDS = ("name", "role", "scopes", "desks", "category", "desk", "comment")
SENTENCES = (
    "A value is not one that can be accepted.",
    "There is no such thing, or it is not yours to see.",
    "Somebody else changed it meanwhile.",
    "The key or user has no right to this.",
    "Too many failed attempts; try again later.",
    "The database cannot be used right now; try again in a moment.",
    "No model can be loaded; inquiries are still accepted and stored.",
    "Something went wrong here; it was logged.",
    "This form was sent by another site's page.",
    "This page is out of date. Go back, reload it and try again.",
    "this needs the scope {scope}",
    "name or password is wrong",
    "the present password is wrong",
    "a password has at least {n} characters",
    "the new password is not the same twice",
    "Your organisation's sign-in page cannot be reached; try again in a moment.",
    "Your organisation did not let you in.",
    "your organisation gives you no role here; ask an administrator",
    "an administrator disabled you here",
    "this sign-in was not begun here; begin again",
    "this sign-in is over; begin again",
    "there is no user {name}",
    "there is no key {name} in use",
    "there is one named {name} already",
    "another administrator has to change you",
    "this user's rights come from the identity provider; change them there",
    "is one of {names}",
    "are some of {names}",
    "has 1 to 100 printable characters, and no blanks around them",
    "there is no desk {name}",
    "there is no category {name}",
    "nobody of that name answers the tickets of this desk",
    "this ticket was sent to and fro and waits for {owner}, who decides where it belongs",
    "this ticket was sent to and fro: settle first where it belongs",
    "this text must always go to another desk already",
    "choose a category",
    "choose what to do with the tickets",
    "choose between 1 and {n} tickets",
    "a ticket that was chosen is not named as this page names it",
)
OF_LIBRARIES = (
    "Bad Request",
    "Forbidden",
    "Not Found",
    "Method Not Allowed",
    "Conflict",
    "Request Entity Too Large",
    "Unprocessable Entity",
    "Too Many Requests",
    "Internal Server Error",
    "Service Unavailable",
    "The requested URL was not found on the server. "
    "If you entered the URL manually please check your spelling and try again.",
    "The method is not allowed for the requested URL.",
    "The data value transmitted exceeds the capacity limit.",
    "String should have at most {n} characters",
)


def refusal(english: str, translate: Callable[[str], str]) -> str:
    """What an error says, such as ``desks: there is no desk 'x'``; one that is not known here stays English."""
    field, colon, rest = english.partition(": ")
    if colon and field in FIELDS:
        return f"{translate(field)}: {_translated(rest, translate)}"
    return _translated(english, translate)


def refusal_here(english: str) -> str:
    """In the language of the page that is being made."""
    return refusal(english, g.translate)


def upper_first(sentence: str) -> str:
    """With a capital, as a sentence on a page begins."""
    return sentence[:1].upper() + sentence[1:]


def _translated(english: str, translate: Callable[[str], str]) -> str:
    for message, pattern in _patterns():
        if found := pattern.fullmatch(english):
            return translate(message).format(**found.groupdict())
    return english


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    return [(message, re.compile(_pattern(message), re.DOTALL)) for message in (*SENTENCES, *OF_LIBRARIES)]


def _pattern(message: str) -> str:
    """``{name}`` stands for whatever was filled in there."""
    texts_and_names = re.split(r"\{(\w+)\}", message)
    return "".join(f"(?P<{one}>.+)" if at % 2 else re.escape(one) for at, one in enumerate(texts_and_names))
