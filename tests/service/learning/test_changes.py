"""Whether a week differs by more than chance: exact where it is exact, careful where weeks differ anyway."""

import numpy as np
import pytest
from scipy.stats import fisher_exact, ttest_ind

from service.learning.changes import Tally, dispersion, fall, holm, rise, shift

EVEN = [(4, 100)] * 8


def tally(confidences):
    found = Tally()
    for one in confidences:
        found.add(one, automatic=True, reviewed=False, overruled=False)
    return found


def test_a_rise_is_judged_by_fishers_test_with_equal_counts_at_half_their_weight():
    as_much, more = (
        fisher_exact([[n, 100 - n], [44 - n, 756 + n]], alternative="greater").pvalue for n in (12, 13)
    )

    assert rise(12, 100, EVEN) == pytest.approx((as_much + more) / 2)


def test_a_fall_of_a_share_is_no_rise_but_a_shift():
    assert rise(0, 100, [(10, 100)] * 8) > 0.99
    assert shift(0, 100, [(10, 100)] * 8) < 0.001
    assert shift(30, 100, [(10, 100)] * 8) < 0.001


def test_nothing_is_concluded_from_nothing():
    assert rise(0, 0, EVEN) == rise(5, 10, []) == rise(5, 10, [(0, 0)]) == shift(0, 0, []) == 1.0
    assert fall(Tally(), [tally([0.5] * 5)]) == fall(tally([0.5] * 5), []) == 1.0


def test_where_weeks_differ_anyway_the_same_rise_says_less():
    uneven = [(0, 100), (8, 100)] * 4

    assert dispersion(EVEN) == 1.0
    assert dispersion(uneven) > 4
    assert rise(12, 100, uneven) > 10 * rise(12, 100, EVEN)


def test_a_fall_of_confidence_is_judged_on_means():
    random = np.random.default_rng(0)
    before = [tally(random.beta(6, 1.5, 100)) for _ in range(8)]
    same, lower = random.beta(6, 1.5, 100), random.beta(6, 1.5, 100) - 0.1

    assert fall(tally(same), before) > 0.05
    assert fall(tally(lower), before) < 1e-6
    assert fall(tally(lower + 0.2), before) > 0.99


def test_without_dispersion_it_is_welchs_test():
    random = np.random.default_rng(1)
    now, before = random.beta(6, 1.5, 400) - 0.01, random.beta(6, 1.5, 400)

    expected = ttest_ind(now, before, equal_var=False, alternative="less").pvalue
    assert fall(tally(now), [tally(before)]) == pytest.approx(expected, rel=0.02)


def test_confidences_that_are_all_the_same_can_fall():
    assert fall(tally([0.8] * 20), [tally([0.9] * 20)] * 8) < 1e-6
    assert fall(tally([0.9] * 20), [tally([0.9] * 20)] * 8) > 0.4


def test_tallies_add_up():
    found = tally([0.5, 0.7]) + tally([0.9])

    assert (found.n, found.automatic, found.reviewed) == (3, 3, 0)
    assert (found.mean, found.variance) == (pytest.approx(0.7), pytest.approx(0.04))
    assert found.overrides is None


def test_chances_are_corrected_for_their_number():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []
