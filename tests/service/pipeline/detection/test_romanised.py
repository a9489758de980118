"""Languages of another script in Latin letters are unknown, rather than the language that they look like."""

import pytest

from service.pipeline.detection.detector import Hints
from service.pipeline.detection.languages import LanguageCode
from service.pipeline.detection.romanised import is_romanised

ROMANISED = {
    "el": (
        "Pou einai i paraggelia mou? den exei erthei akoma",
        "Thelo na epistrepso tin lampa, pos to kano?",
        "KALIMERA, I LAMPA DEN ANAVEI KAI THELO TA LEFTA MOU PISO",
    ),
    "hi": (
        "Mera order kab aayega? abhi tak nahi mila hai",
        "mujhe paise wapas chahiye, bulb kaam nahi kar raha hai",
    ),
    "ru": (
        "Gde moy zakaz? ya zhdu uzhe dve nedeli",
        "Zdravstvuyte, lampa ne rabotaet, chto mne delat'?",
    ),
    "ar": (
        "fein el order? ana mesh 3aref emta gay",
        "ana 3ayez araga3 el lamba di",
    ),
}
ALL = [pytest.param(code, text, id=f"{code} {text[:12]}") for code, texts in ROMANISED.items() for text in texts]


@pytest.mark.parametrize(("code", "text"), ALL)
def test_a_romanised_text_is_unknown(detector, code, text):
    assert detector.detect(text).code == "und"


@pytest.mark.parametrize(("code", "text"), ALL)
def test_a_romanised_text_is_unknown_or_the_forms_own_language(detector, code, text):
    assert detector.detect(text, Hints(LanguageCode(code))).code in {code, "und"}


@pytest.mark.parametrize("code", ROMANISED)
def test_a_romanised_text_on_a_dutch_form_is_not_dutch(detector, code):
    assert detector.detect(ROMANISED[code][0], Hints(LanguageCode("nl"))).code == "und"


def test_words_with_digits_give_arabic_away(detector):
    text = "3ayez araga3 el lamba 3ashan maksoora"

    assert is_romanised(text)
    assert detector.detect(text).code == "und"


@pytest.mark.parametrize(
    "text",
    [
        "Waar is mijn pakket? ik wil het ruilen",
        "Hai un minuto? La lampada che ho ordinato non va",
        "El pedido no llegó, ya no lo quiero",
        "Dov'è il mio pacco, ne ho bisogno",
        "Se on rikki ja haluan rahat takaisin",
        "Gdje je moja narudžba? Ne mogu se prijaviti",
        "My order is late, to whom do I write",
        "Ne marche pas, aidez moi",
        "Ya da el error",
        "Molim vas, ne šaljite",
        "Barang saya di mana ya",
        "Ne vas razumem",
        "Men da",
        "hai",
        "",
    ],
)
def test_a_language_of_latin_letters_is_not_taken_for_romanised(text):
    assert not is_romanised(text)


@pytest.mark.parametrize("text", ["Nepřišla mi faktura", "Iščete koga za delo?", "Livrați și în Moldova?"])
def test_pieces_of_words_with_diacritics_are_not_taken_for_romanised_words(text):
    assert not is_romanised(text)
