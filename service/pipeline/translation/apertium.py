"""An Apertium-APy server of one's own: rules instead of statistics, small, quick and private."""

import re

from service.pipeline.decision import Untranslated
from service.pipeline.detection.languages import LanguageCode
from service.pipeline.translation.http import BoundedSession, json_of, raise_for, text_at
from service.pipeline.translation.provider import Limits, ProviderFailed

# ISO 639-3, for the languages that Apertium has released pairs with English for, or is working on them.
_CODES = {
    "af": "afr", "ar": "ara", "bg": "bul", "ca": "cat", "cy": "cym", "da": "dan", "de": "deu", "eo": "epo",
    "es": "spa", "eu": "eus", "fr": "fra", "gl": "glg", "hi": "hin", "id": "ind", "is": "isl", "it": "ita",
    "kk": "kaz", "mk": "mkd", "ms": "msa", "nl": "nld", "no": "nob", "pt": "por", "ro": "ron",
    "ru": "rus", "sr": "hbs", "hr": "hbs", "bs": "hbs", "sv": "swe", "tr": "tur", "uk": "ukr", "ur": "urd",
}  # fmt: skip
# Marks of words that it could not inflect or look up, which markUnknown=no leaves in.
_MARKED = re.compile(r"(?<![^\W_])[#@*](?=[^\W\d_])")


class ApertiumProvider:
    """Posts to ``/translate`` of a server."""

    name = "apertium"
    limits = Limits(chars=20_000)

    def __init__(self, url: str, concurrency: int, *, local: bool = False) -> None:
        self.local = local
        self._address = url.rstrip("/") + "/translate"
        self._http = BoundedSession(concurrency)

    def translate(self, text: str, source: LanguageCode | None) -> str:
        """See `Provider.translate`."""
        if source is None or source.code not in _CODES:
            raise ProviderFailed(Untranslated.UNSUPPORTED_LANGUAGE, sent=False)
        asked = {"q": text, "langpair": f"{_CODES[source.code]}|eng", "markUnknown": "no", "format": "txt"}
        response = self._http.post(self._address, data=asked)
        answer = json_of(response)
        if response.status_code == 400 and "pair" in str(answer):
            raise ProviderFailed(Untranslated.UNSUPPORTED_LANGUAGE)
        raise_for(response)
        translated = text_at(answer, "responseData", "translatedText")
        return translated if _MARKED.search(text) else _MARKED.sub("", translated)
