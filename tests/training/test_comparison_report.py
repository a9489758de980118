"""The page of a comparison: what blocks stands on top, everything on it is text, and it needs nothing else."""

import re

import pytest
from markupsafe import escape

from training.comparison import compare
from training.comparison_report import Moved, write_comparison

DESKS = {"invoice": "finance", "order": "orders"}
TRUTH = ["invoice"] * 100 + ["order"] * 300 + ["rare"] * 3
FALLEN = ["order"] * 22 + ["invoice"] * 78 + TRUTH[100:]
LANGUAGES = ["en"] * 200 + ["nl"] * 203
MOVED = Moved("Where is my invoice?", "en", "finance", "invoice", "orders", "order", 0.91)


def page(predicted=FALLEN, **more):
    found = compare(TRUTH, TRUTH, predicted, LANGUAGES, DESKS)
    return write_comparison(found, champion="model 13", challenger="model 14", **more)


def test_a_fall_stands_on_top_in_a_sentence():
    written = page()

    assert "<h1>Challenger model 14 against champion model 13</h1>" in written
    assert "Blocked: the challenger is worse in 5 places." in written
    assert "<li>category invoice: 1.000 -&gt; 0.780 of 100 (p &lt; 0.001)</li>" in written


def test_without_a_fall_it_says_that_none_was_found():
    written = page(TRUTH)

    assert "Not blocked: no fall was found that is more than chance." in written
    assert "Blocked:" not in written


def test_without_inquiries_it_does_not_look_like_a_pass():
    written = write_comparison(compare([], [], [], [], DESKS), champion="a", challenger="b")

    assert "Nothing is known: there were no labelled inquiries" in written
    assert "Not blocked" not in written


def test_golden_inquiries_that_fail_block_too():
    assert "Blocked: the challenger is worse in one place." in page(
        TRUTH, failed=["golden inquiry 3 of desk press"]
    )


def test_a_fall_on_the_inquiries_that_both_learned_from_blocks_too():
    held_out = compare(TRUTH, TRUTH, FALLEN, [], DESKS)

    written = page(TRUTH, held_out=held_out)

    assert "of 100 (p &lt; 0.001), of the inquiries both learned from</li>" in written
    assert "On inquiries that both learned from" in written


def test_the_page_needs_nothing_else():
    written = page(moved=[MOVED], replayed=10)

    assert not re.search(r'(src|href)="(?!#|data:)', written)
    assert "<script" not in written
    assert written.count("<svg ") == 4


def test_what_is_written_on_the_page_is_text_and_no_script():
    evil = "<script>alert(1)</script>"
    moved = Moved(evil, evil, evil, evil, evil, evil, 0.5)
    truth = [evil] * 50

    found = compare(truth, truth, ["order"] * 50, [evil] * 50, {evil: evil})
    written = write_comparison(found, champion=evil, challenger=evil, failed=[evil], moved=[moved])

    assert "<script" not in written
    assert "&lt;script&gt;alert(1)" in written


@pytest.mark.parametrize("name", ["$\\frac$", "a$b", "x" * 300, "<b> & co"])
def test_any_name_of_a_category_can_be_drawn(name):
    found = compare([name] * 20, [name] * 20, ["order"] * 20, [], {})

    written = write_comparison(found, champion="a", challenger="b")

    assert f"<td>{escape(name)}</td>" in written
    assert escape(name[:20]) in written[written.index("<svg ") : written.index("</svg>")]


def test_what_would_go_elsewhere_is_grouped_and_counted_the_most_first():
    other = Moved("ou est ma commande", "fr", "orders", "order", "finance", "invoice", 0.4)

    written = page(moved=[other, *[MOVED] * 12], replayed=1200)

    assert "13 of 1200 stored inquiries would go elsewhere" in written
    first, second = re.findall(r"<summary><strong>(\d+)</strong> (.*?)</summary>", written)
    assert first == ("12", "finance (invoice) → orders (order)")
    assert second == ("1", "orders (order) → finance (invoice)")
    assert written.count("Where is my invoice?") == 10
    assert "and 2 more" in written


def test_where_nothing_would_go_elsewhere_the_page_says_so():
    assert "None of 1200 stored inquiries would go elsewhere" in page(replayed=1200)
    assert "Would go elsewhere" not in page()


def test_a_group_too_small_has_a_row_and_no_verdict():
    assert re.search(r"<td>rare</td><td class=\"n\">3</td>.*?>too few</td>", page())
