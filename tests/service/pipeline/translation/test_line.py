"""The line to one provider: tries again what may pass, keeps to the rate, blames only what is to blame."""

import pytest

from service.pipeline.decision import Untranslated
from service.pipeline.detection.languages import LanguageCode
from service.pipeline.translation.provider import Limits, ProviderFailed

DUTCH = LanguageCode("nl")
PLENTY = 30.0
PASSING = {Untranslated.UNREACHABLE, Untranslated.BAD_ANSWER, Untranslated.INCOMPLETE}
OF_THE_TEXT = {
    *(Untranslated.UNSUPPORTED_LANGUAGE, Untranslated.TOO_LONG),
    *(Untranslated.WRONG_LANGUAGE, Untranslated.INCOMPLETE),
}
OF_THE_PROVIDER = [
    *sorted(PASSING - OF_THE_TEXT), Untranslated.TIMEOUT, Untranslated.REFUSED, Untranslated.QUOTA,
]  # fmt: skip


def failure_of(line, text="Waar?", seconds=PLENTY, **arguments):
    with pytest.raises(ProviderFailed) as caught:
        line.translate(text, DUTCH, seconds, **arguments)
    return caught.value


def reason_of(line, *arguments, **named):
    return failure_of(line, *arguments, **named).reason


def failing_with(*failures):
    """Fails so often, then answers."""
    waiting = list(failures)

    def answer(text):
        if waiting:
            raise waiting.pop(0)
        return text.upper()

    return answer


@pytest.fixture
def paused(make_line, make_failing, clock):
    """A line whose pause is just over, and its provider."""

    def make(**bounds):
        provider = make_failing(Untranslated.UNREACHABLE)
        line = make_line(provider, breaker_failures=1, **bounds)
        reason_of(line)
        clock.now += 60.0
        return line, provider

    return make


def test_it_brings_the_answer(make_line, make_provider):
    provider = make_provider()

    assert make_line(provider).translate("Waar?", DUTCH, PLENTY) == "WAAR?"
    assert provider.asked == [("Waar?", DUTCH)]


@pytest.mark.parametrize("reason", sorted(PASSING))
def test_what_may_pass_is_tried_again(make_line, make_provider, reason):
    provider = make_provider(answer=failing_with(ProviderFailed(reason)))

    assert make_line(provider, attempts=2).translate("Waar?", DUTCH, PLENTY) == "WAAR?"


@pytest.mark.parametrize("reason", sorted({*Untranslated} - PASSING))
def test_what_will_not_pass_is_not_tried_again(make_line, make_failing, reason):
    provider = make_failing(reason)

    assert reason_of(make_line(provider, attempts=5)) == reason
    assert len(provider.asked) == 1


def test_it_is_not_tried_more_often_than_allowed(make_line, make_failing):
    provider = make_failing(Untranslated.UNREACHABLE)

    assert reason_of(make_line(provider, attempts=4, breaker_failures=9)) == Untranslated.UNREACHABLE
    assert len(provider.asked) == 4


def test_pauses_between_attempts_grow_and_are_left_to_chance(make_line, make_failing, sleep):
    line = make_line(make_failing(Untranslated.UNREACHABLE), attempts=4, breaker_failures=1_000)
    for _ in range(50):
        reason_of(line)
    by_attempt = [sleep.slept[number::3] for number in range(3)]

    assert [max(slept) <= most for slept, most in zip(by_attempt, (0.4, 0.8, 1.6), strict=True)] == [True] * 3
    assert [len(set(slept)) for slept in by_attempt] == [50] * 3


def test_there_is_no_further_attempt_after_the_deadline(make_line, make_provider, clock):
    def use_up_the_time(_):
        clock.now += PLENTY
        raise ProviderFailed(Untranslated.UNREACHABLE)

    provider = make_provider(answer=use_up_the_time)

    assert reason_of(make_line(provider, attempts=5)) == Untranslated.UNREACHABLE
    assert len(provider.asked) == 1


def test_an_answer_that_is_refused_is_asked_for_again(make_line, make_provider):
    answers = iter(["", "Where?"])
    provider = make_provider(answer=lambda _: next(answers))

    def not_empty(answer):
        if not answer:
            raise ProviderFailed(Untranslated.BAD_ANSWER)
        return answer

    assert make_line(provider, attempts=2).translate("Waar?", DUTCH, PLENTY, not_empty) == "Where?"


def test_the_reason_is_what_was_wrong_with_what_was_sent(make_line, make_failing):
    line = make_line(make_failing(Untranslated.UNREACHABLE), attempts=2, breaker_failures=1)

    assert [reason_of(line), reason_of(line)] == [Untranslated.UNREACHABLE, Untranslated.PAUSED]


@pytest.mark.parametrize("reason", OF_THE_PROVIDER)
def test_what_is_the_providers_fault_opens_the_breaker(make_line, make_failing, reason):
    line = make_line(make_failing(reason), breaker_failures=1)

    assert [reason_of(line), reason_of(line)] == [reason, Untranslated.PAUSED]


@pytest.mark.parametrize("reason", sorted(OF_THE_TEXT))
def test_what_lies_in_the_text_does_not(make_line, make_failing, reason):
    line = make_line(make_failing(reason), breaker_failures=1)

    assert [reason_of(line) for _ in range(3)] == [reason] * 3


@pytest.mark.parametrize(
    ("reason", "answers"),
    [(Untranslated.BAD_ANSWER, False), (Untranslated.INCOMPLETE, True), (Untranslated.WRONG_LANGUAGE, True)],
)
def test_a_refused_answer_counts_against_the_provider_unless_the_text_may_be_why(
    make_line, make_provider, reason, answers
):
    def refuse(_):
        raise ProviderFailed(reason)

    line = make_line(make_provider(), breaker_failures=1)

    assert reason_of(line, check=refuse) == reason
    assert line.breaker.allows() is answers


@pytest.mark.parametrize(("asked", "paused_for"), [(None, 60.0), (5.0, 60.0), (900.0, 900.0)])
def test_a_quota_opens_it_at_once_for_as_long_as_is_asked(make_line, make_provider, clock, asked, paused_for):
    answer = failing_with(ProviderFailed(Untranslated.QUOTA, asked))
    line = make_line(make_provider(answer=answer), breaker_failures=3)
    first = reason_of(line)
    clock.now += paused_for - 0.1
    second = reason_of(line)
    clock.now += 0.1

    assert (first, second) == (Untranslated.QUOTA, Untranslated.PAUSED)
    assert line.translate("Waar?", DUTCH, PLENTY) == "WAAR?"


def test_who_comes_too_soon_waits_a_little(make_line, make_provider, sleep):
    line = make_line(make_provider(), per_second=2.0)

    assert [line.translate("Waar?", DUTCH, PLENTY) for _ in range(4)] == ["WAAR?"] * 4
    assert sleep.slept == [0.5, 0.5]


def test_who_would_wait_too_long_is_not_sent_and_not_blamed(make_line, make_provider, clock):
    provider = make_provider()
    line = make_line(provider, per_second=0.1, breaker_failures=1)
    line.translate("Waar?", DUTCH, PLENTY)
    refused = [reason_of(line) for _ in range(5)]
    clock.now += 10.0

    assert refused == [Untranslated.RATE_LIMITED] * 5
    assert line.translate("Waar?", DUTCH, PLENTY) == "WAAR?"
    assert len(provider.asked) == 2


def test_nobody_waits_for_a_place_longer_than_the_deadline(make_line, make_provider, sleep):
    line = make_line(make_provider(), per_second=2.0)
    for _ in range(2):
        line.translate("Waar?", DUTCH, PLENTY)

    assert reason_of(line, seconds=0.4) == Untranslated.RATE_LIMITED
    assert sleep.slept == []


def test_the_rate_holds_for_each_call_of_a_text_in_pieces(make_line, make_provider, sleep):
    provider = make_provider(limits=Limits(keeps_lines=False))

    assert make_line(provider, per_second=2.0).translate("a\nb\nc\nd", DUTCH, PLENTY) == "A\nB\nC\nD"
    assert sleep.slept == [0.5, 0.5]


def test_what_finds_no_place_is_not_sent_and_not_blamed(make_line, make_provider, over, wait_until):
    provider = make_provider(answer=lambda text: text.upper() if over.wait() else "")
    line = make_line(provider, concurrency=1, breaker_failures=2)
    first = reason_of(line, seconds=0.05)
    others = [reason_of(line, seconds=0.05) for _ in range(3)]
    over.set()

    def answers():
        try:
            return line.translate("Waar?", DUTCH, PLENTY) == "WAAR?"
        except ProviderFailed as failure:
            return failure.reason != Untranslated.BUSY

    assert (first, others, len(provider.asked)) == (Untranslated.TIMEOUT, [Untranslated.BUSY] * 3, 1)
    wait_until(answers)


def test_a_provider_that_is_back_serves_again(paused):
    line, provider = paused()
    provider.answer = str.upper

    assert [line.translate("Waar?", DUTCH, PLENTY) for _ in range(2)] == ["WAAR?"] * 2


@pytest.mark.parametrize("reason", sorted(OF_THE_TEXT))
def test_a_trial_with_a_text_it_cannot_take_leaves_the_next_its_try(paused, reason):
    line, provider = paused()
    provider.answer = failing_with(ProviderFailed(reason))
    reason_of(line)

    assert line.translate("Waar?", DUTCH, PLENTY) == "WAAR?"


def test_a_trial_that_was_not_sent_leaves_the_next_its_try(paused, clock):
    line, provider = paused(per_second=0.01)
    provider.answer = str.upper
    refused = reason_of(line)
    clock.now += 40.0

    assert refused == Untranslated.RATE_LIMITED
    assert line.translate("Waar?", DUTCH, PLENTY) == "WAAR?"


def test_a_provider_that_drops_line_breaks_is_sent_line_by_line(make_line, make_provider):
    provider = make_provider(limits=Limits(keeps_lines=False))

    assert make_line(provider).translate("Waar?\n\nAnna", DUTCH, PLENTY) == "WAAR?\n\nANNA"
    assert [text for text, _ in provider.asked] == ["Waar?", "Anna"]


def test_a_long_text_is_sent_in_pieces(make_line, make_provider):
    provider = make_provider(limits=Limits(chars=10))

    assert make_line(provider).translate("Een zin. Nog een. Klaar.", DUTCH, PLENTY) == "EEN ZIN. NOG EEN. KLAAR."
    assert max(len(text) for text, _ in provider.asked) <= 10


def test_one_piece_that_fails_fails_the_whole(make_line, make_provider):
    answers = iter(["Where?"])
    provider = make_provider(answer=lambda _: next(answers), limits=Limits(keeps_lines=False))

    assert reason_of(make_line(provider), text="Waar?\nAnna") == Untranslated.BAD_ANSWER


def test_an_abandoned_text_is_not_sent_on_after_its_deadline(make_line, make_provider, clock):
    def use_up_the_time(text):
        clock.now += PLENTY
        return text.upper()

    provider = make_provider(answer=use_up_the_time, limits=Limits(keeps_lines=False))
    failure = failure_of(make_line(provider), "Waar?\nAnna\nBob")

    assert (failure.reason, failure.sent) == (Untranslated.TIMEOUT, True)
    assert [text for text, _ in provider.asked] == ["Waar?"]


def test_whoever_hangs_gets_no_more_of_a_text_that_was_left(make_line, make_provider, clock, over, wait_until):
    provider = make_provider(
        answer=lambda text: text.upper() if over.wait() else "", limits=Limits(keeps_lines=False)
    )
    line = make_line(provider, concurrency=1)
    left = reason_of(line, "Waar?\nAnna", seconds=0.05)
    clock.now += 0.05
    over.set()

    def is_free():
        try:
            return line.translate("Hoe?", DUTCH, PLENTY) == "HOE?"
        except ProviderFailed as failure:
            return failure.reason != Untranslated.BUSY

    wait_until(is_free)
    assert left == Untranslated.TIMEOUT
    assert "Anna" not in [text for text, _ in provider.asked]


def test_a_text_of_a_hundred_pieces_is_sent(make_line, make_provider):
    provider = make_provider(limits=Limits(keeps_lines=False))

    assert make_line(provider).translate("a\n" * 100, DUTCH, PLENTY) == "A\n" * 100
    assert len(provider.asked) == 100


def test_a_text_that_would_take_more_calls_is_too_long_and_unsent(make_line, make_provider):
    provider = make_provider(limits=Limits(keeps_lines=False))
    line = make_line(provider, breaker_failures=1)
    failure = failure_of(line, "a\n" * 101)

    assert (failure.reason, failure.sent, provider.asked) == (Untranslated.TOO_LONG, False, [])
    assert line.breaker.allows()


def test_what_found_no_place_in_the_rate_was_sent_only_if_a_piece_of_it_was(make_line, make_provider):
    line = make_line(make_provider(limits=Limits(keeps_lines=False)), per_second=0.1)

    failures = [failure_of(line, text) for text in ("Waar?\nAnna", "Hoe?")]

    assert [(failure.reason, failure.sent) for failure in failures] == [
        (Untranslated.RATE_LIMITED, True),
        (Untranslated.RATE_LIMITED, False),
    ]
