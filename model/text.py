"""The one cleaning of text: training and serving both pass every inquiry through it."""

import re
from collections.abc import Collection

import ftfy

# Everything from such a line on is an older mail, in the wording of common mail programs.
_QUOTED_MAIL = re.compile(
    r"""^(
        -{2,}\s*(original\ message|original(e|es)?\ (nachricht|bericht|meddelande)|ursprüngliche\ nachricht
            |oorspronkelijk\ bericht|message\ d'origine|messaggio\ originale|mensaje\ original
            |mensagem\ original|forwarded\ message)\s*-{2,}
        |(?=.*[\d@])(  # such a line names a date or an address
            on\ .{6,120}\ wrote:
            |am\ .{6,120}\ schrieb\ .{1,120}:
            |op\ .{6,120}\ schreef\ .{1,120}:
            |le\ .{6,120}\ a\ écrit\s?:
            |el\ .{6,120}\ escribió:
            |il\ .{6,120}\ ha\ scritto:
            |em\ .{6,120}\ escreveu:
        )
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
_SIGNATURE = re.compile(r"^-- ?$")
_SENT_FROM = re.compile(
    r"^(sent from my|gesendet von meinem|von meinem .{2,20} gesendet|verzonden vanaf mijn|verstuurd vanaf mijn"
    r"|envoyé de mon|enviado desde mi|inviato da|enviado do meu|skickat från min)\b.{0,40}$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")
_LONG_NUMBER = re.compile(r"\d[\d .-]{3,}\d")
_BLANKS = re.compile(r"[^\S\n]+")
_MANY_LINE_BREAKS = re.compile(r"\n{3,}")


def clean(text: str, boilerplate: Collection[str] = ()) -> str:
    """Keep what the customer wrote: mojibake repaired, quoted mail, signature lines and boilerplate dropped.

    Args:
        text: An inquiry as received.
        boilerplate: Whole lines that the website's form adds, compared without case.

    Returns:
        The text in NFC; the repaired text whole when nothing else would be left of it.
    """
    repaired = ftfy.fix_text(text, uncurl_quotes=False).replace("\x00", "")
    return _tidy(_without_additions(repaired, boilerplate)) or _tidy(repaired)


def without_identifiers(text: str) -> str:
    """A text whose e-mail addresses and longer numbers are hidden, so that it may be shown as an example."""
    return _LONG_NUMBER.sub("…", _ADDRESS.sub("…@…", text))


def shortened(text: str, chars: int) -> str:
    """A text of at most so many characters; one that is longer ends in an ellipsis."""
    return text if len(text) <= chars else text[: chars - 1].rstrip() + "…"


def join_subject(subject: str | None, text: str) -> str:
    """Put the subject before the text, unless the text already opens with it."""
    if not subject or text.casefold().startswith(subject.strip().casefold()):
        return text
    return f"{subject.strip()}\n\n{text}"


def _without_additions(text: str, boilerplate: Collection[str]) -> str:
    dropped = {line.strip().casefold() for line in boilerplate}
    kept: list[str] = []
    for line in text.split("\n"):
        said = line.strip()  # so that the patterns need not skip blanks, of which a line may hold thousands
        if _QUOTED_MAIL.match(said) or _SIGNATURE.match(line):
            break
        if not (said.startswith(">") or _SENT_FROM.match(said) or said.casefold() in dropped):
            kept.append(line)
    return "\n".join(kept)


def _tidy(text: str) -> str:
    lines = (_BLANKS.sub(" ", line).strip() for line in text.split("\n"))
    return _MANY_LINE_BREAKS.sub("\n\n", "\n".join(lines)).strip()
