"""What translation keeps in the store: a ledger without which nothing is sent, a memory, figures, pauses."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import text

from service.errors import StorageUnavailable
from service.pipeline.decision import Language, Untranslated
from service.pipeline.privacy import Policy
from service.pipeline.translation.line import Bounds, Line
from service.pipeline.translation.provider import Limits, ProviderFailed
from service.pipeline.translation.translator import About, Translator
from service.storage.provider_figures import Cell, Count
from service.submission import Submission
from service.translation_records import TranslationRecords

DUTCH = Language(code="nl", confidence=1.0, source="detector")
TEXT, MASKED = "Waar blijft het? anna@example.nl", "Waar blijft het? [[1]]"
ANSWER = "Where is it? [[1]]"


class Clock:
    """The time of day, which a test moves on."""

    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now

    def tick(self):
        self.now += timedelta(seconds=1)


class Provider:
    """Answers, or fails as told; keeps what it was asked."""

    limits = Limits()

    def __init__(self, name="first", *, reason=None, local=False, when_asked=lambda: None):
        self.name, self.local = name, local
        self.reason, self.when_asked = reason, when_asked
        self.asked = []

    def translate(self, text, source):
        self.asked.append(text)
        self.when_asked()
        if self.reason:
            raise ProviderFailed(self.reason)
        return ANSWER


@pytest.fixture
def clock(now):
    return Clock(now)


@pytest.fixture
def records(store, clock):
    return TranslationRecords(store, 90.0, clock)


@pytest.fixture
def inquiry(store, now):
    return store.inquiries.add(now, Submission(text=TEXT).values() | {"submitted_by": None})


@pytest.fixture
def make_translator(records):
    def make(*lines, seconds=30.0):
        asked = [one if isinstance(one, Line) else Line(one, Bounds(attempts=1)) for one in lines]
        english = Language(code="en", confidence=1.0, source="detector")
        return Translator(asked, deadline_seconds=seconds, detect=lambda _: english, records=records)

    return make


def told(entries):
    return [(entry.provider, entry.text, entry.outcome) for entry in entries]


def drop(store, table):
    with store.engine.begin() as connection:
        connection.execute(text(f"DROP TABLE {table}"))


def test_the_ledger_has_one_row_for_each_provider_that_was_sent_the_text(make_translator, store, inquiry, clock):
    outside = Provider("outside", reason=Untranslated.BAD_ANSWER, when_asked=clock.tick)
    about = About(inquiry.id, "NL", None, Policy.MASKED)

    make_translator(outside, Provider("inside", local=True)).translate(TEXT, DUTCH, about)

    entries = store.disclosures.of_inquiry(inquiry.id)
    assert told(entries) == [("outside", MASKED, "bad_answer"), ("inside", MASKED, "translated")]
    assert {(one.country, one.source, one.policy, one.chars) for one in entries} == {
        ("NL", "nl", "masked", len(MASKED))
    }
    assert [(one.local, one.kinds) for one in entries] == [(False, {"email": 1}), (True, {"email": 1})]


def test_plain_text_stands_in_the_ledger_as_it_was_sent(make_translator, store, inquiry):
    make_translator(Provider()).translate(TEXT, DUTCH, About(inquiry.id, policy=Policy.PLAIN))

    [entry] = store.disclosures.of_inquiry(inquiry.id)
    assert (entry.text, entry.policy, entry.kinds) == (TEXT, "plain", {})


def test_it_is_written_before_the_text_is_sent(make_translator, store, inquiry):
    seen = []
    provider = Provider(when_asked=lambda: seen.extend(told(store.disclosures.of_inquiry(inquiry.id))))

    make_translator(provider).translate(TEXT, DUTCH, About(inquiry.id))

    assert seen == [("first", MASKED, None)]


def test_when_it_cannot_be_written_nothing_is_sent(make_translator, store, inquiry):
    drop(store, "disclosures")
    first, second = Provider(), Provider("second", local=True)

    with pytest.raises(StorageUnavailable):
        make_translator(first, second).translate(TEXT, DUTCH, About(inquiry.id))

    assert (first.asked, second.asked) == ([], [])


def test_an_outcome_that_cannot_be_written_costs_no_translation(make_translator, store, inquiry):
    provider = Provider(when_asked=lambda: drop(store, "disclosures"))

    assert make_translator(provider).translate(TEXT, DUTCH, About(inquiry.id)).status == "translated"


def test_of_what_is_not_stored_the_ledger_keeps_no_text(make_translator, store):
    make_translator(Provider()).translate(TEXT, DUTCH, About())

    with store.engine.connect() as connection:
        rows = connection.execute(text("SELECT inquiry_id, text, chars, outcome FROM disclosures")).all()
    assert [tuple(row) for row in rows] == [(None, None, len(MASKED), "translated")]


def test_what_is_remembered_was_sent_to_nobody(make_translator, store, inquiry):
    provider = Provider()
    translator = make_translator(provider)
    translator.translate(TEXT, DUTCH, About())

    again = translator.translate(TEXT, DUTCH, About(inquiry.id))

    assert (again.cached, len(provider.asked), store.disclosures.of_inquiry(inquiry.id)) == (True, 1, [])


def test_a_provider_that_was_busy_was_not_sent_the_text(make_translator, store, inquiry):
    begun, over = threading.Event(), threading.Event()

    def hang():
        begun.set()
        over.wait(60)

    line = Line(Provider(when_asked=hang), Bounds(concurrency=1, attempts=1))
    first = threading.Thread(target=make_translator(line, seconds=60.0).translate, args=(TEXT, DUTCH))
    first.start()
    begun.wait(60)

    busy = make_translator(line, seconds=0.05).translate("Iets anders", DUTCH, About(inquiry.id))
    over.set()
    first.join(60)

    assert (busy.reason, store.disclosures.of_inquiry(inquiry.id)) == (Untranslated.BUSY, [])
    assert len(line.provider.asked) == 1


def test_a_provider_that_is_asked_no_more_for_now_was_not_sent_the_text(make_translator, store, inquiry):
    line = Line(Provider(), Bounds(per_second=0.001))
    make_translator(line).translate(TEXT, DUTCH, About())

    limited = make_translator(line).translate("Iets anders", DUTCH, About(inquiry.id))

    assert (limited.reason, store.disclosures.of_inquiry(inquiry.id)) == (Untranslated.RATE_LIMITED, [])


def test_a_provider_that_is_left_alone_was_not_sent_the_text(make_translator, store, inquiry):
    line = Line(Provider(reason=Untranslated.QUOTA), Bounds())
    make_translator(line).translate(TEXT, DUTCH, About())

    paused = make_translator(line).translate("Iets anders", DUTCH, About(inquiry.id))

    assert (paused.reason, store.disclosures.of_inquiry(inquiry.id)) == (Untranslated.PAUSED, [])


def test_a_memory_of_no_days_remembers_nothing(store, clock):
    records = TranslationRecords(store, 0, clock)

    records.remember("a", "first", ANSWER)

    assert (records.recall(["a"]), store.translations.count()) == ({}, 0)


def test_what_is_older_than_the_memory_is_neither_known_nor_kept(records, store, clock):
    records.remember("a", "first", ANSWER)
    clock.now += timedelta(days=90, seconds=1)

    assert (records.recall(["a"]), records.forget(), store.translations.count()) == ({}, 1, 0)


def test_without_the_memory_it_is_translated_all_the_same(make_translator, store, inquiry):
    drop(store, "translations")

    assert make_translator(Provider()).translate(TEXT, DUTCH, About(inquiry.id)).status == "translated"


@pytest.mark.parametrize(
    ("seconds", "within"), [(0.0, 0.1), (0.1, 0.1), (0.11, 0.25), (9.0, 10.0), (60.0, 60.0), (75.0, 60.0)]
)
def test_an_answer_is_counted_by_the_time_it_took(records, store, seconds, within):
    records.called("first", "translated", seconds)
    records.flush()

    assert store.provider_figures.calls() == {Cell("first", "translated", within): Count(1, seconds)}


def test_counts_are_stored_every_few_seconds(records, store, clock):
    records.called("first", "translated", 1.0)
    early = store.provider_figures.calls()
    clock.now += timedelta(seconds=5)
    records.called("first", "translated", 1.0)

    cell = Cell("first", "translated", 1.0)
    assert (early, store.provider_figures.calls()) == ({}, {cell: Count(2, 2.0)})


def test_counts_that_cannot_be_stored_are_kept_for_the_next_time(records, store):
    rename = "ALTER TABLE {} RENAME TO {}"
    with store.engine.begin() as connection:
        connection.execute(text(rename.format("provider_calls", "gone")))
    records.called("first", "timeout", 12.0)
    records.flush()
    with store.engine.begin() as connection:
        connection.execute(text(rename.format("gone", "provider_calls")))
    records.called("first", "timeout", 12.0)
    records.flush()

    assert store.provider_figures.calls() == {Cell("first", "timeout", 60.0): Count(2, 24.0)}


def test_every_answer_of_a_translation_is_counted(make_translator, records, store):
    translator = make_translator(Provider("first", reason=Untranslated.TIMEOUT), Provider("second"))
    for _ in range(2):
        translator.translate(TEXT, DUTCH, About())
    records.flush()

    counts = {(cell.provider, cell.outcome): one.count for cell, one in store.provider_figures.calls().items()}
    assert counts == {("first", "timeout"): 1, ("second", "translated"): 1, ("second", "remembered"): 1}


def test_a_provider_that_wants_to_be_left_alone_is_told_to_all(make_translator, store, now):
    line = Line(Provider(reason=Untranslated.QUOTA), Bounds(breaker_pause_seconds=60.0))

    make_translator(line).translate(TEXT, DUTCH, About())

    [(provider, (processes, until))] = store.provider_figures.paused(now).items()
    assert (provider, processes) == ("first", 1)
    assert now < until <= now + timedelta(seconds=60)


def test_a_pause_that_is_over_is_no_longer_told(records, store, now):
    records.paused("first", 60.0)
    records.paused("first", 0.0)

    assert store.provider_figures.paused(now) == {}


def test_a_pause_that_cannot_be_stored_costs_no_translation(make_translator, store, inquiry):
    drop(store, "provider_pauses")
    first = Provider(reason=Untranslated.QUOTA)

    translation = make_translator(first, Provider("second")).translate(TEXT, DUTCH, About(inquiry.id))

    assert translation.provider == "second"
