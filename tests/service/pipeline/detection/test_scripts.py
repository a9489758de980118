"""What letters alone tell: the one language of a script, kana before Chinese characters, two Chinese scripts."""

from collections import Counter

import pytest

from service.pipeline.detection.languages import LanguageCode
from service.pipeline.detection.scripts import (
    is_written_in,
    iso_script,
    language_by_script,
    letters_by_script,
    other_script,
    written_alike,
)


def told_by(text):
    return language_by_script(text, letters_by_script(text))


def test_only_letters_are_counted():
    assert letters_by_script("ж1 ж! 订 😀") == Counter({"CYRILLIC": 2, "CJK": 1})


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("SmartLampXII 灯泡坏", {"CJK": 3}),
        ("SmartLampXIII 灯泡坏", {"LATIN": 13, "CJK": 3}),
        ("Lamp 灯泡", {"LATIN": 4, "CJK": 2}),
    ],
    ids=["a fifth is of another script", "less than a fifth", "fewer than three letters"],
)
def test_latin_letters_do_not_count_beside_enough_others(text, letters):
    assert letters_by_script(text) == Counter(letters)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("제 주문이 아직 안 왔어요", "ko"),
        ("Πού είναι η παραγγελία μου;", "el"),
        ("คำสั่งซื้อของฉันอยู่ที่ไหน", "th"),
        ("איפה ההזמנה שלי?", "he"),
        ("Որտե՞ղ է իմ պատվերը", "hy"),
        ("სად არის ჩემი შეკვეთა?", "ka"),
        ("ຄໍາສັ່ງຂອງຂ້ອຍຢູ່ໃສ", "lo"),
        ("តើការបញ្ជាទិញរបស់ខ្ញុំនៅឯណា", "km"),
        ("ကျွန်ုပ်၏အော်ဒါဘယ်မှာလဲ", "my"),
        ("මගේ ඇණවුම කොහෙද", "si"),
        ("எனது ஆர்டர் எங்கே", "ta"),
        ("నా ఆర్డర్ ఎక్కడ ఉంది", "te"),
        ("ನನ್ನ ಆರ್ಡರ್ ಎಲ್ಲಿದೆ", "kn"),
        ("എന്റെ ഓർഡർ എവിടെ", "ml"),
        ("મારો ઓર્ડર ક્યાં છે", "gu"),
        ("ਮੇਰਾ ਆਰਡਰ ਕਿੱਥੇ ਹੈ", "pa"),
        ("আমার অর্ডার কোথায়", "bn"),
        ("ትዕዛዜ የት ነው", "am"),
        ("注文した商品がまだ届きません", "ja"),
        ("ランプ", "ja"),
    ],
)
def test_a_script_of_one_language_tells_it(text, code):
    assert told_by(text) == LanguageCode(code)


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("我爱北京天安门", "Hans"),
        ("我的订单还没到", "Hans"),
        ("我的訂單還沒到", "Hant"),
        ("請問發票什麼時候寄出", "Hant"),
        ("北京", "Hans"),
    ],
)
def test_chinese_characters_alone_are_chinese_in_one_of_its_scripts(text, script):
    assert told_by(text) == LanguageCode("zh", script)


def test_a_single_quoted_kana_word_does_not_make_chinese_japanese():
    assert told_by("我买的那个叫のの的灯泡已经坏了请问你们可以给我换一个新的吗谢谢你们") == LanguageCode(
        "zh", "Hans"
    )


@pytest.mark.parametrize(
    "text",
    ["", "12345 !!!", "Waar is mijn lamp?", "Где мой заказ?", "أين طلبي؟", "मेरा ऑर्डर"],
)
def test_a_script_of_many_languages_or_none_tells_nothing(text):
    assert told_by(text) is None


@pytest.mark.parametrize(
    ("text", "script"),
    [("Waar?", "Latn"), ("Где?", "Cyrl"), ("أين", "Arab"), ("मेरा", "Deva"), ("Lampe не горит совсем", "Cyrl")],
)
def test_the_main_script_of_many_languages_has_its_iso_name(text, script):
    assert iso_script(letters_by_script(text)) == script


@pytest.mark.parametrize(
    ("code", "script", "is_so"),
    [
        ("nl", "Latn", True),
        ("nl", "Cyrl", False),
        ("ru", "Cyrl", True),
        ("fa", "Arab", True),
        ("sr", "Latn", True),
        ("sr", "Cyrl", True),
        ("sr", "Arab", False),
        ("ru", None, True),
    ],
)
def test_a_language_is_written_in_its_scripts_only(code, script, is_so):
    assert is_written_in(code, script) is is_so


@pytest.mark.parametrize(
    ("code", "script", "other"),
    [
        ("sr", "Latn", "Latn"),
        ("sr", "Cyrl", None),
        ("uz", "Cyrl", "Cyrl"),
        ("uz", "Latn", None),
        ("nl", "Latn", None),
        ("ru", "Cyrl", None),
    ],
)
def test_only_an_unusual_script_is_named(code, script, other):
    assert other_script(code, script) == other


@pytest.mark.parametrize(
    ("code", "text", "alike"),
    [
        ("zh", "領収書発行依頼", {"ja"}),
        ("zh", "我的订单还没到", set()),
        ("he", "וואו איז מיין באשטעלונג", {"yi"}),
        ("ko", "제 주문이 아직 안 왔어요", set()),
    ],
)
def test_some_scripts_of_one_language_are_written_by_another_too(code, text, alike):
    assert written_alike(code, text) == alike
