"""Full-text search over what a customer sent and its English translation, the same on both databases.

Words are made here, once, for what is stored and for what is asked: folded to lower case without accents, and each
character of a script without spaces stands alone, so that such a text is found by any part of it, as a phrase.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, insert, literal_column, select, table, update

from service.storage.desk_tables import search_texts
from service.storage.records import Inquiry
from service.storage.tables import tickets

_SENT = ("receipt", "subject", "name", "email", "text")
# Thai and Lao, Burmese, Khmer, kana, Han; and Hangul, whose words carry their particles with them.
_ALONE = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff\U00020000-\U0003ffff]"
)
_ACCENTS = re.compile("[\u0300-\u036f]")
_UNDECOMPOSED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})
_QUOTES = str.maketrans(dict.fromkeys("“”„«»", '"'))
_CHUNK = re.compile(r'"([^"]*)"|(\S+)')
_WORD_MAX_CHARS = 64
_WORDS_MAX_CHARS = 100_000  # PostgreSQL indexes a megabyte of one text at most
_QUERY_MAX_CHARS = 200
_PHRASES_MAX = 16
_PREFIX_MIN_CHARS = 3
_SIMPLE: ColumnElement[Any] = literal_column("'simple'")


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: all of these phrases, of one word or more.

    Attributes:
        phrases: Each as its words, next to one another in the text.
        is_open: Whether the last word may be the beginning of one.
    """

    phrases: tuple[tuple[str, ...], ...]
    is_open: bool


def understand(query: str) -> Search | None:
    """What somebody typed: words, and phrases in quotation marks; None when there is no word in it."""
    chunks = _CHUNK.findall(query[:_QUERY_MAX_CHARS].translate(_QUOTES))
    found = [(tuple(_words(quoted or plain)), bool(plain)) for quoted, plain in chunks]
    phrases = [one for one in found if one[0]][:_PHRASES_MAX]
    if not phrases:
        return None
    last, is_plain = phrases[-1]
    is_telling = len(last) > 1 or len(last[-1]) >= _PREFIX_MIN_CHARS
    return Search(tuple(phrase for phrase, _ in phrases), is_plain and is_telling)


def words_of(sent: Mapping[str, Any], english: str | None = None) -> str:
    """The words under which an inquiry is found.

    Args:
        sent: Its receipt, subject, name, email, text and fields.
        english: Its translation.
    """
    fields = (str(value) for value in (sent.get("fields") or {}).values())
    texts = [*(sent.get(name) or "" for name in _SENT), *fields, english or ""]
    return " ".join(word for text in texts for word in _words(text))[:_WORDS_MAX_CHARS]


def add(connection: Connection, sent: Mapping[str, Any]) -> None:
    """Let a new inquiry be found, in the transaction that stores it."""
    connection.execute(insert(search_texts), {"inquiry_id": sent["id"], "words": words_of(sent)})


def renew(connection: Connection, inquiry: Inquiry, decision: Mapping[str, Any]) -> None:
    """Let it be found by what was concluded of it, in the transaction of the decision: English and language."""
    language = (decision.get("language") or {}).get("code")
    connection.execute(update(tickets).where(tickets.c.inquiry_id == inquiry.id).values(language=language))
    english = (decision.get("translation") or {}).get("text")
    if english:
        sent = {name: getattr(inquiry, name) for name in (*_SENT, "fields")}
        own = search_texts.c.inquiry_id == inquiry.id
        connection.execute(update(search_texts).where(own).values(words=words_of(sent, english)))


def inquiries_with(search: Search, dialect: str) -> Select[Any]:
    """The ids of the inquiries in which it is found."""
    if dialect == "postgresql":
        vector: ColumnElement[Any] = func.to_tsvector(_SIMPLE, search_texts.c.words)
        found = vector.op("@@")(func.to_tsquery(_SIMPLE, _for_postgresql(search)))
        return select(search_texts.c.inquiry_id).where(found)
    index: ColumnElement[Any] = literal_column("search_index")
    numbers: Select[Any] = select(literal_column("rowid")).select_from(table("search_index"))
    numbers = numbers.where(index.op("MATCH")(_for_sqlite(search)))
    return select(search_texts.c.inquiry_id).where(search_texts.c.number.in_(numbers))


def _for_sqlite(search: Search) -> str:
    """In the language of FTS5. A word holds nothing but letters, digits and marks: it can close no quote."""
    return " ".join(f'"{" ".join(phrase)}"' for phrase in search.phrases) + ("*" if search.is_open else "")


def _for_postgresql(search: Search) -> str:
    """In the language of to_tsquery."""
    phrases = [" <-> ".join(f"'{word}'" for word in phrase) for phrase in search.phrases]
    return " & ".join(phrases) + (":*" if search.is_open else "")


def _words(text: str) -> Iterator[str]:
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).casefold().translate(_UNDECOMPOSED)
    spaced = "".join(_apart(unicodedata.normalize("NFKC", bare)))
    return (word[:_WORD_MAX_CHARS] for word in spaced.split())


def _apart(text: str) -> Iterator[str]:
    """Letters and digits, divided by spaces; marks stay with what they mark."""
    was_alone = False
    for letter in text:
        kind = unicodedata.category(letter)[0]
        if kind == "M":
            yield letter
            continue
        is_alone = _ALONE.match(letter) is not None
        if kind not in "LN" or is_alone or was_alone:
            yield " "
        if kind in "LN":
            yield letter
        was_alone = is_alone
