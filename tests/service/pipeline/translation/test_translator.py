"""Providers in order, within one deadline; one that keeps failing is left alone; no failure is raised."""

import pytest

from service.pipeline.decision import Language, Translation, Untranslated
from service.pipeline.detection.languages import LanguageCode
from service.pipeline.translation.provider import ProviderFailed

DUTCH = Language(code="nl", confidence=0.99, source="detector")


def translated(text, provider="first"):
    return Translation(status="translated", text=text, provider=provider)


def unavailable(reason):
    return Translation(status="unavailable", reason=reason)


def test_the_first_provider_that_answers_is_the_last_that_is_asked(make_translator, make_provider):
    first, second = make_provider(), make_provider("second")

    translation = make_translator(first, second).translate("Waar blijft het?", DUTCH)

    assert translation == translated("WAAR BLIJFT HET?")
    assert (first.asked, second.asked) == ([("Waar blijft het?", LanguageCode("nl"))], [])


def test_the_next_provider_is_asked_when_one_fails(make_translator, make_provider, make_failing):
    translator = make_translator(make_failing(Untranslated.QUOTA), make_provider("second"))

    assert translator.translate("Waar?", DUTCH) == translated("WAAR?", "second")


def test_when_none_answers_the_last_reason_is_told(make_translator, make_failing):
    translator = make_translator(make_failing(Untranslated.QUOTA), make_failing(Untranslated.REFUSED, "second"))

    assert translator.translate("Waar?", DUTCH) == unavailable(Untranslated.REFUSED)


def test_without_providers_there_is_no_translation(make_translator):
    assert make_translator().translate("Waar?", DUTCH) == unavailable(Untranslated.NO_PROVIDER)


def test_a_providers_surprise_is_a_bad_answer(make_translator, make_provider):
    broken = make_provider(answer=lambda text: {}[text])

    assert make_translator(broken).translate("Waar?", DUTCH) == unavailable(Untranslated.BAD_ANSWER)


def test_a_provider_that_hangs_is_left_at_the_deadline(make_translator, make_provider, over):
    hanging = make_provider(answer=lambda text: str(over.wait()))

    assert make_translator(hanging, seconds=0.1).translate("Waar?", DUTCH) == unavailable(Untranslated.TIMEOUT)


def test_each_provider_gets_its_share_of_the_time_and_no_more(make_translator, make_provider, clock):
    def take_more_than_half(text):
        clock.now += 16.0
        raise ProviderFailed(Untranslated.UNREACHABLE)

    first, second = make_provider(answer=take_more_than_half), make_provider("second")
    translator = make_translator(first, second, seconds=30.0, attempts=5)

    assert translator.translate("Waar?", DUTCH) == translated("WAAR?", "second")
    assert len(first.asked) == 1


@pytest.fixture
def slow(make_provider, clock):
    """A provider that takes all the time there is, and then fails."""

    def use_up_the_time(text):
        clock.now += 30.0
        raise ProviderFailed(Untranslated.UNREACHABLE)

    return make_provider("slow", use_up_the_time)


def test_the_deadline_is_for_all_providers_together(make_translator, make_provider, slow, over):
    hanging = make_provider("hanging", lambda text: str(over.wait()))

    assert make_translator(slow, hanging).translate("Waar?", DUTCH) == unavailable(Untranslated.TIMEOUT)


def test_a_provider_is_not_blamed_for_the_time_that_another_took(make_translator, make_provider, slow, over):
    good = make_provider("good", lambda text: text.upper() if over.wait() else "")
    translator = make_translator(slow, good, failures=1)
    translator.translate("Waar?", DUTCH)
    over.set()

    assert translator.translate("Waar?", DUTCH) == translated("WAAR?", "good")


def test_a_provider_that_keeps_failing_is_left_alone(make_translator, make_provider, make_failing):
    bad = make_failing(Untranslated.UNREACHABLE)
    translator = make_translator(bad, make_provider("second"), failures=2)

    assert [translator.translate("Waar?", DUTCH) for _ in range(5)] == [translated("WAAR?", "second")] * 5
    assert len(bad.asked) == 2


def test_a_paused_provider_is_the_reason_when_there_is_no_other(make_translator, make_failing):
    translator = make_translator(make_failing(Untranslated.UNREACHABLE), failures=1)

    found = [translator.translate("Waar?", DUTCH).reason for _ in range(2)]

    assert found == [Untranslated.UNREACHABLE, Untranslated.PAUSED]


def test_after_the_pause_a_provider_that_is_back_serves_again(make_translator, make_failing, clock):
    provider = make_failing(Untranslated.UNREACHABLE)
    translator = make_translator(provider, failures=1)
    translator.translate("Waar?", DUTCH)
    provider.answer = str.upper
    clock.now += 60.0

    assert [translator.translate("Waar?", DUTCH) for _ in range(3)] == [translated("WAAR?")] * 3


@pytest.mark.parametrize("reason", [Untranslated.UNSUPPORTED_LANGUAGE, Untranslated.TOO_LONG])
def test_what_lies_in_the_inquiry_does_not_pause_the_provider(make_translator, make_failing, reason):
    provider = make_failing(reason)
    translator = make_translator(provider, failures=1)

    assert [translator.translate("Waar?", DUTCH) for _ in range(3)] == [unavailable(reason)] * 3
    assert len(provider.asked) == 3


def test_whatever_a_provider_answers_nothing_is_raised(make_translator, make_provider):
    many = f"Where? [[{'9' * 5000}]]"

    translator = make_translator(make_provider(answer=lambda text: many))

    assert translator.translate("Waar?", DUTCH) == translated(many)


def test_the_log_names_provider_and_reason_and_not_the_text(make_translator, make_failing, caplog):
    make_translator(make_failing(Untranslated.QUOTA)).translate("Ik heet Anna", DUTCH)

    assert [(record.provider, record.reason) for record in caplog.records] == [("first", "quota")]
    assert "Anna" not in caplog.text


@pytest.mark.parametrize("answer", ["", "[[1]]", "12345"])
def test_what_is_no_translation_is_a_bad_answer(make_translator, make_provider, answer):
    translator = make_translator(make_provider(answer=lambda _: answer))

    assert translator.translate("Waar?", DUTCH) == unavailable(Untranslated.BAD_ANSWER)


def test_every_answer_is_counted_and_a_pause_is_told(make_translator, make_provider, make_failing, records):
    failing = make_failing(Untranslated.UNREACHABLE)
    translator = make_translator(failing, make_provider("second"), failures=1, records=records)

    for text in ("Waar?", "Hoe?"):
        translator.translate(text, DUTCH)

    assert records.calls == [
        ("first", "unreachable"),
        ("second", "translated"),
        ("first", "paused"),
        ("second", "translated"),
    ]
    assert records.pauses == {"first": 60.0}


def test_what_no_store_can_hold_is_taken_out_of_an_answer(make_translator, make_provider):
    translator = make_translator(make_provider(answer=lambda text: "Where\ud83d is\0 it?"))

    assert translator.translate("Waar?", DUTCH) == translated("Where? is it?")
