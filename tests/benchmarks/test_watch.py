"""How often weeks that do not differ raise an alarm, and how often injected drifts are found: simulated weeks.

Texts are the seed inquiries, drawn with replacement. Desks have unequal shares of the inquiries, as languages have.
"""

import os
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from service.learning.watch import BEFORE, judge
from service.storage.weeks import Decided, DecidedText
from training.dataset import read_file, seed_files

pytestmark = pytest.mark.benchmark
AT = datetime(2026, 3, 4, 9, tzinfo=UTC)  # a Wednesday
FIRST = datetime(2025, 12, 29, tzinfo=UTC)  # the Monday nine weeks before that week's
PER_WEEK = int(os.environ.get("WATCH_PER_WEEK", "1000"))  # 13,000 in a quarter
RUNS = int(os.environ.get("WATCH_RUNS", "300"))
DESKS = np.array(["support", "orders", "returns", "finance", "sales", "care", "privacy", "triage"])
DESK_SHARES = np.array([0.22, 0.2, 0.15, 0.12, 0.12, 0.08, 0.04, 0.07])
LANGUAGES = np.array(["en", "de", "nl", "fr", "es", "it", "sv", "tr", "pl", "ja"])
LANGUAGE_SHARES = np.array([0.3, 0.2, 0.14, 0.12, 0.08, 0.06, 0.04, 0.03, 0.02, 0.01])
PROBLEM = [  # one new product problem, as different people tell it
    "My new aurora strip flickers green after the update",
    "the Aurora keeps flickering, tried another socket already",
    "Since yesterday my aurora lights are blinking. Please help",
    "Aurora strip: green flicker, unbearable in the bedroom",
    "Hello, bought an aurora last week and half of it stays dark",
    "aurora won't stop flashing, what do I do",
    "Is there a recall of the Aurora? Mine flickers all evening",
    "Your aurora light strip has a fault, colours jump around",
]


@pytest.fixture(scope="module")
def seed_texts():
    return [one.text_en or one.text for file in seed_files() for one in read_file(file).inquiries]


class Weeks:
    """Nine weeks of inquiries; the last one may differ."""

    def __init__(self, random, texts, *, language=None, confidence=None, overrides=None, problem=0.0):
        n = PER_WEEK * (BEFORE + 1)
        self.last = np.arange(n) >= PER_WEEK * BEFORE
        self.texts = [texts[i] for i in random.integers(0, len(texts), n)] if texts else []
        self.desks = random.choice(DESKS, n, p=DESK_SHARES)
        self.languages = random.choice(LANGUAGES, n, p=LANGUAGE_SHARES)
        self.confidences = random.beta(6, 1.5, n)
        self.overruled = random.random(n) < 0.04
        self.reviewed = random.random(n) < 0.8
        self.random = random
        self._inject(language, confidence, overrides, problem)

    def _inject(self, language, confidence, overrides, problem):
        if language:
            rows = self.last & (self.random.random(len(self.last)) < 0.06 / 0.98)
            self.languages[rows] = language
        if confidence:
            rows = self.last & (self.desks == confidence)
            self.confidences[rows] = np.maximum(0, self.confidences[rows] - 0.1)
        if overrides:
            rows = self.last & (self.desks == overrides)
            self.overruled[rows] = self.random.random(rows.sum()) < 0.12
        for i in np.flatnonzero(self.last & (self.random.random(len(self.last)) < problem)):
            self.texts[i] = PROBLEM[self.random.integers(len(PROBLEM))]
            self.desks[i] = "support" if self.random.random() < 0.7 else self.desks[i]

    def judge(self):
        order = self.random.permutation(len(self.last))  # the samples of texts go by the ends of the ids
        rows = [
            Decided(
                f"{i:012}-{order[i]:012}", FIRST + timedelta(weeks=i // PER_WEEK, hours=12), str(self.languages[i]),
                "c", str(self.desks[i]), float(self.confidences[i]), True,
                *((FIRST + timedelta(weeks=i // PER_WEEK, days=4)) if is_so else None
                  for is_so in (self.reviewed[i], self.reviewed[i] and self.overruled[i])),
            )
            for i in range(len(self.last))
        ]  # fmt: skip
        return judge(rows, self._read, AT)

    def _read(self, ids):
        return [DecidedText(one, one, self.texts[int(one[:12])]) for one in ids if self.texts]


def runs(seed, texts, count, **injected):
    random = np.random.default_rng(seed)
    return [Weeks(random, texts, **injected).judge() for _ in range(count)]


def test_weeks_that_do_not_differ_rarely_raise_an_alarm_of_figures():
    found = runs(0, [], RUNS)
    raised = [alarm.kind for one in found for alarm in one.alarms]

    share = float(np.mean([bool(one.alarms) for one in found]))
    print(f"\n{RUNS} weeks of {PER_WEEK}, without texts: {share:.1%} with an alarm {raised}")
    assert share < 0.05


def test_texts_that_do_not_differ_rarely_raise_an_alarm(seed_texts):
    found = runs(1, seed_texts, max(20, RUNS // 10))
    raised = [alarm.kind for one in found for alarm in one.alarms]
    share = float(np.mean([bool(one.alarms) for one in found]))
    aucs, chances = (np.array([getattr(one.texts, name) for one in found]) for name in ("auc", "p_auc"))

    print(f"\n{len(found)} weeks of {PER_WEEK}, with texts: {share:.1%} with an alarm {raised}")
    print(f"AUC {aucs.mean():.3f} ± {aucs.std():.3f}; chances below 0.05: {np.mean(chances < 0.05):.1%}", end=", ")
    print(f"below 0.5: {np.mean(chances < 0.5):.0%}; least of words {min(one.texts.p_word for one in found):.3f}")
    assert raised.count("texts") <= 0.05 * len(found)


@pytest.mark.parametrize(
    ("injected", "kind", "about"),
    [
        ({"language": "pl"}, "language", "pl"),
        ({"confidence": "returns"}, "confidence", "returns"),
        ({"confidence": "privacy"}, "confidence", "privacy"),
        ({"overrides": "support"}, "overrides", "support"),
        ({"overrides": "returns"}, "overrides", "returns"),
        ({"overrides": "care"}, "overrides", "care"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_a_drift_of_figures_is_found(injected, kind, about):
    found = runs(2, [], max(20, RUNS // 3), **injected)
    named = float(np.mean([any((a.kind, a.about) == (kind, about) for a in one.alarms) for one in found]))
    print(f"\n{injected} of {PER_WEEK} a week: found and named in {named:.0%} of {len(found)} weeks")

    assert named > 0.1


def test_a_new_problem_in_one_text_of_twenty_is_found(seed_texts):
    found = runs(3, seed_texts, max(10, RUNS // 30), problem=0.05)
    texts = [alarm for one in found for alarm in one.alarms if alarm.kind == "texts"]
    print(f"\na new problem in 5 % of {PER_WEEK}: found in {len(texts) / len(found):.0%} of {len(found)} weeks")
    print(f"AUC {np.mean([one.texts.auc for one in found]):.3f}; {texts[0].message if texts else ''}")

    assert len(texts) / len(found) > 0.9
    assert all("aurora" in alarm.message and alarm.message.count("support") for alarm in texts)
