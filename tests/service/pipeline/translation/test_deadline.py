"""No call holds its caller: what hangs is left to itself, and what breaks is named."""

import pytest

from service.pipeline.decision import Untranslated
from service.pipeline.translation.deadline import Deadline
from service.pipeline.translation.provider import ProviderFailed

PLENTY = 30.0


def failure_of(deadline, call, seconds=PLENTY):
    with pytest.raises(ProviderFailed) as caught:
        deadline.run(call, seconds)
    return caught.value


def hang(over):
    over.wait()
    return "late"


def fail(reason):
    raise ProviderFailed(reason)


def break_down():
    raise ValueError("cannot read: my name is Anna and my lamp is broken")


def test_it_gives_the_calls_answer():
    assert Deadline(1).run(lambda: "an answer", PLENTY) == "an answer"


@pytest.mark.parametrize("seconds", [0.05, 0.0, -3.0])
def test_a_call_that_hangs_is_left(over, seconds):
    assert failure_of(Deadline(1), lambda: hang(over), seconds).reason == Untranslated.TIMEOUT


def test_a_call_that_hangs_keeps_its_place_until_it_ends(over, wait_until):
    deadline = Deadline(2)
    for _ in range(2):
        failure_of(deadline, lambda: hang(over), 0.0)
    busy = failure_of(deadline, lambda: "never called").reason
    over.set()

    def answers():
        try:
            return deadline.run(lambda: "free again", PLENTY) == "free again"
        except ProviderFailed as failure:
            return failure.reason != Untranslated.BUSY

    assert busy == Untranslated.BUSY
    wait_until(answers)


def test_the_reason_of_a_failure_is_kept():
    assert failure_of(Deadline(1), lambda: fail(Untranslated.QUOTA)).reason == Untranslated.QUOTA


def test_a_librarys_surprise_is_a_bad_answer_and_its_text_is_not_logged(caplog):
    failure = failure_of(Deadline(1), break_down)

    assert failure.reason == Untranslated.BAD_ANSWER
    assert [(record.getMessage(), record.error) for record in caplog.records] == [("provider broke", "ValueError")]
    assert "Anna" not in caplog.text


@pytest.mark.parametrize("call", [break_down, lambda: fail(Untranslated.REFUSED)], ids=["surprise", "failure"])
def test_a_call_that_fails_gives_its_place_back(call, wait_until):
    deadline = Deadline(1)
    for _ in range(3):
        wait_until(lambda: failure_of(deadline, call).reason != Untranslated.BUSY)
