"""What the letters alone say: some scripts belong to one language, which statistics often miss."""

import unicodedata
from collections import Counter

from service.pipeline.detection.languages import LanguageCode, likely_script

# Scripts written by one language, or by one above all others. The key opens the letters' Unicode names.
_OF_ONE_LANGUAGE = {
    "HANGUL": "ko", "GREEK": "el", "THAI": "th", "HEBREW": "he", "ARMENIAN": "hy", "GEORGIAN": "ka",
    "LAO": "lo", "KHMER": "km", "MYANMAR": "my", "SINHALA": "si", "TAMIL": "ta", "TELUGU": "te",
    "KANNADA": "kn", "MALAYALAM": "ml", "GUJARATI": "gu", "GURMUKHI": "pa", "BENGALI": "bn",
    "ETHIOPIC": "am", "TIBETAN": "bo", "THAANA": "dv", "ORIYA": "or",
}  # fmt: skip
_OF_MANY_LANGUAGES = {"LATIN": "Latn", "CYRILLIC": "Cyrl", "ARABIC": "Arab", "DEVANAGARI": "Deva"}
_TWO_SCRIPTS = {
    "sr": {"Latn", "Cyrl"},
    "az": {"Latn", "Cyrl"},
    "uz": {"Latn", "Cyrl"},
    "kk": {"Latn", "Cyrl"},
}
_ALSO_WRITTEN_IN = {
    "zh": frozenset({"ja"}), "he": frozenset({"yi"}), "am": frozenset({"ti"}), "bn": frozenset({"as"}),
}  # fmt: skip
_KANA = {"HIRAGANA", "KATAKANA"}
_TRADITIONAL = frozenset("個們這國說對時會來為還沒問題請謝訂單貨發過話電燈壞買賣價錢見樂學開關點嗎麼")
_SIMPLIFIED = frozenset("个们这国说对时会来为还没问题请谢订单货发过话电灯坏买卖价钱见乐学开关点吗么")

_NOT_JAPANESE = (_SIMPLIFIED - _TRADITIONAL) - frozenset("国会来学点")  # which Japan writes in the same way


def letters_by_script(text: str) -> Counter[str]:
    """How many letters of each script a text holds, named as Unicode names them.

    Latin letters are left out where three others, and a fifth of all, are in another script: they are
    names of products.
    """
    found = Counter(unicodedata.name(letter, "NONE").split()[0] for letter in text if letter.isalpha())
    others = found.total() - found["LATIN"]
    if others >= 3 and others * 5 >= found.total():
        del found["LATIN"]
    return found


def language_by_script(text: str, scripts: Counter[str]) -> LanguageCode | None:
    """The language that the text's main script tells by itself, if it does.

    Kana decides over Chinese characters, since Japanese is written with both.
    """
    if not scripts:
        return None
    if sum(scripts[kana] for kana in _KANA) * 8 >= scripts["CJK"] and any(scripts[kana] for kana in _KANA):
        return LanguageCode("ja") if _main(scripts) in {*_KANA, "CJK"} else None
    if _main(scripts) == "CJK":
        return LanguageCode("zh", _chinese_script(text))
    code = _OF_ONE_LANGUAGE.get(_main(scripts))
    return LanguageCode(code) if code else None


def iso_script(scripts: Counter[str]) -> str | None:
    """The ISO 15924 code of the main script, where several languages share it."""
    return _OF_MANY_LANGUAGES.get(_main(scripts))


def is_known(scripts: Counter[str]) -> bool:
    """Whether the main script is one of those listed here; of languages in others engines know nothing."""
    return _main(scripts) in {*_OF_ONE_LANGUAGE, *_OF_MANY_LANGUAGES, *_KANA, "CJK"}


def is_written_in(code: str, script: str | None) -> bool:
    """Whether a language is written in a script; an unknown script excludes none."""
    if script is None:
        return True
    return script in _TWO_SCRIPTS.get(code, {likely_script(code)})


def other_script(code: str, script: str | None) -> str | None:
    """The script, where a language is written in more than one and this is not the usual."""
    return script if code in _TWO_SCRIPTS and script != likely_script(code) else None


def written_alike(code: str, text: str) -> frozenset[str]:
    """Other languages of the script that `language_by_script` takes for this one's alone."""
    if code == "zh" and not _NOT_JAPANESE.isdisjoint(text):
        return frozenset()
    return _ALSO_WRITTEN_IN.get(code, frozenset())


def _main(scripts: Counter[str]) -> str:
    return scripts.most_common(1)[0][0]


def _chinese_script(text: str) -> str:
    traditional = sum(letter in _TRADITIONAL - _SIMPLIFIED for letter in text)
    simplified = sum(letter in _SIMPLIFIED - _TRADITIONAL for letter in text)
    return "Hant" if traditional > simplified else "Hans"
