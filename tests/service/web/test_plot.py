"""Plots: where points lie, and where lines end."""

from service.web.plot import HEIGHT, WIDTH, Line, Range, bounds


def test_a_line_ends_where_a_value_is_missing():
    line = Line((0.0, 0.5, None, 1.0), 0.5, 0.25, 0.0, 1.0)

    assert line.dots == [(4.0, 28.0), (41.3, 16.0), None, (116.0, 4.0)]
    assert line.runs == ["4.0,28.0 41.3,16.0", "116.0,4.0"]
    assert line.level == 22.0


def test_a_line_of_nothing_is_empty():
    line = Line((None, None), None, None, 0.0, 1.0)

    assert (line.dots, line.runs, line.level) == ([None, None], [], None)


def test_an_interval_lies_within_the_plot():
    found = Range(0.5, 0.0, 1.0, None, 0.0, 1.0)

    assert [found.x(value) for value in (found.low, found.middle, found.high)] == [4.0, WIDTH / 2, WIDTH - 4]
    assert HEIGHT == 32


def test_plots_share_a_scale_that_holds_all_of_them():
    assert bounds([0.02, None, 0.3], 0.0, 0.1) == (0.0, 0.3)
    assert bounds([0.6, 0.9], 0.7, 1.0) == (0.6, 1.0)
    assert bounds([], 0.0, 0.1) == (0.0, 0.1)
