"""How often equally good models are blocked, and which falls are found: simulated champions and challengers.

Prints the false alarm rate, the power, and the coverage of the intervals.
"""

import numpy as np
import pytest

from training.comparison import compare
from training.differences import differences

pytestmark = pytest.mark.benchmark
CATEGORIES = [f"category {i:02}" for i in range(16)]
DESKS = {name: f"desk {i % 11:02}" for i, name in enumerate(CATEGORIES)}
LANGUAGES = [
    f"l{i:02}" for i in range(22)
]  # with the categories, the desks and all inquiries 61 groups with strays
RIGHT, CHURN = 0.9, 0.03  # the champion's share right; how many it alone has right, and the challenger alone


def said(random, truth, right):
    """The right category, or any other."""
    place = {name: i for i, name in enumerate(CATEGORIES)}
    other = (np.array([place[one] for one in truth]) + random.integers(1, 16, len(truth))) % 16
    return np.where(right, truth, np.array(CATEGORIES)[other])


def models(random, truth, fall, churn=CHURN):
    """Two models; the challenger has lost further ``fall`` of the first category's inquiries."""
    draw, lost = random.random(len(truth)), np.where(truth == CATEGORIES[0], fall, 0.0)
    champion = draw < RIGHT
    challenger = (draw < RIGHT - churn - lost) | ((draw >= RIGHT) & (draw < RIGHT + churn))
    mistaken = said(random, truth, np.zeros(len(truth), dtype=bool))
    again = np.where(
        random.random(len(truth)) < 0.7, mistaken, said(random, truth, np.zeros(len(truth), dtype=bool))
    )
    return np.where(champion, truth, mistaken), np.where(challenger, truth, again)


def comparison(random, n, fall=0.0, churn=CHURN):
    truth = np.repeat(CATEGORIES, n)
    share = 1 / np.arange(1, len(LANGUAGES) + 1)  # a few languages are most of them
    languages = random.choice(LANGUAGES, len(truth), p=share / share.sum())
    return compare(truth, *models(random, truth, fall, churn), languages, DESKS)


@pytest.mark.parametrize("n", [20, 100, 300])
def test_equally_good_models_are_rarely_blocked(n):
    random = np.random.default_rng(n)

    rates = {}
    for churn in (0.01, 0.03, 0.08):
        found = [comparison(random, n, churn=churn) for _ in range(1000)]
        rates[churn] = float(np.mean([bool(one.falls) for one in found]))
    groups = len(found[0].desks + found[0].strays + found[0].categories + found[0].languages) + 1
    told = ", ".join(f"{rate:.1%} at churn {churn:.0%}" for churn, rate in rates.items())
    print(f"\nequal models, {groups} groups, {n} inquiries a category: blocked {told}")

    assert max(rates.values()) < 0.05


@pytest.mark.parametrize("n", [100, 300])
def test_a_fall_of_one_category_is_found(n):
    random = np.random.default_rng(n)
    powers = {}
    for fall in (0.05, 0.1, 0.15, 0.2, 0.3):
        found = [comparison(random, n, fall) for _ in range(300)]
        blocked = np.mean([bool(one.falls) for one in found])
        named = np.mean([one.categories[0].verdict == "worse" for one in found])
        powers[fall] = float(blocked), float(named)
    print(f"\none category of {n} inquiries falls from {RIGHT}; blocked, and the category named:")
    for fall, (blocked, named) in powers.items():
        print(f"  to {RIGHT - fall:.2f}   {blocked:.0%}   {named:.0%}")

    assert powers[0.3][1] > 0.95


def test_the_intervals_hold_what_they_promise():
    random = np.random.default_rng(0)
    print("\nn     churn  share of 95 % intervals that hold the true difference")
    for n in (10, 30, 100, 300):
        for churn, fall in ((0.02, 0.0), (0.05, 0.05), (0.05, 0.2)):
            draws = random.random((4000, n))
            groups = {
                str(i): (draw < 0.9, (draw < 0.9 - churn - fall) | ((draw >= 0.9) & (draw < 0.9 + churn)))
                for i, draw in enumerate(draws)
            }
            held = float(np.mean([one.low <= -fall <= one.high for one in differences(groups, 0.05)]))
            print(f"{n:4}  {churn:.2f}  fall {fall:.2f}  {held:.3f}")
            assert held > 0.93
