"""How much of the personal data in messages that were written for measuring is masked, and what else is touched."""

import json
from collections import Counter
from pathlib import Path

import pytest

from service.pipeline.detection.languages import regions
from service.pipeline.masking.masker import Masker

MESSAGES = Path(__file__).parents[3] / "data" / "masking" / "test"
ROWS = [json.loads(line) for path in sorted(MESSAGES.glob("*.jsonl")) for line in path.read_text().splitlines()]
MASKER = Masker({"order": r"\bLK[ -]?\d{6}\b", "customer": r"\bKN[ -]?\d{7}\b"})


def asked(row):
    """What the masker is told of a message: the text, countries, the form's name."""
    return row["text"], list(dict.fromkeys([row["country"], *regions(row["language"])])), row["name"]


def places(text, pieces):
    """Where each piece stands: the longest is placed first, and each on a place of its own while there is one."""
    placed = {}
    for number in sorted(range(len(pieces)), key=lambda number: -len(pieces[number])):
        size = len(pieces[number])
        every = [start for start in range(len(text)) if text.startswith(pieces[number], start)]
        free = [
            one for one in every if not any(start < one + size and one < stop for start, stop in placed.values())
        ]
        start = (free or every)[0]
        placed[number] = (start, start + size)
    return placed


@pytest.fixture(scope="module")
def measured():
    """By kind and whether it was masked, how many pieces; of the harmless ones, whether they were touched."""
    masked, touched = Counter(), Counter()
    for row in ROWS:
        kinds = [one["kind"] for one in row["personal"]]
        pieces = [one["text"] for one in row["personal"]] + row["harmless"]
        covered = {i for find in MASKER.finds(*asked(row)) for i in range(find.start, find.stop)}
        for number, (start, stop) in places(row["text"], pieces).items():
            letters = {i for i in range(start, stop) if row["text"][i].isalnum()}
            if number < len(kinds):
                masked[kinds[number], letters <= covered] += 1
            else:
                touched[not covered.isdisjoint(range(start, stop))] += 1
    return masked, touched


def test_the_messages_are_those_that_were_written():
    assert len(ROWS) == 360
    assert {one["kind"] for row in ROWS for one in row["personal"]} == {
        *("email", "phone", "iban", "card", "national_id", "vat", "order", "customer", "name")
    }


def test_of_a_hundred_pieces_of_personal_data_98_are_masked(measured):
    masked, _ = measured
    by_kind = {kind: (masked[kind, True], masked[kind, False]) for kind in sorted({kind for kind, _ in masked})}

    assert sum(hit for hit, _ in by_kind.values()) >= 0.98 * masked.total(), f"masked, missed: {by_kind}"


def test_of_a_hundred_harmless_numbers_fewer_than_two_are_touched(measured):
    _, touched = measured

    assert touched[True] < 0.02 * touched.total(), touched


def test_every_message_comes_back_as_it_was():
    masked = [MASKER.mask(*asked(row)) for row in ROWS]

    assert [one.restore(one.text) for one in masked] == [row["text"] for row in ROWS]
