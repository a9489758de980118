"""The report of an evaluation: one page, its numbers as JSON, and the model card."""

import json
import re

import pytest

from model.classifier import InquiryClassifier
from model.errors import ModelError
from training.dataset import LabelledInquiry
from training.evaluate import evaluate
from training.report import learning_curve, write_report

ORDERS = ["where is my order", "the parcel is not here", "has it been shipped", "when will my order come"]
ACCOUNTS = ["i forgot my password", "cannot log in", "please reset my login", "the login code never comes"]
LEARNED = [LabelledInquiry(text, "order", "en") for text in ORDERS] + [
    LabelledInquiry(text, "account", "en") for text in ACCOUNTS
]
MEASURED = [
    LabelledInquiry("where is the order", "order", "en"),
    LabelledInquiry("Ich kann mich nicht anmelden", "account", "de", "i cannot log in"),
    LabelledInquiry("<script>alert(1)</script> my password", "order", "en"),
]


@pytest.fixture(scope="module")
def classifier():
    return InquiryClassifier().fit([one.reading() for one in LEARNED], [one.label for one in LEARNED])


@pytest.fixture
def report(classifier, registry, now, tmp_path):
    metrics = {"per_category": {}}
    version = registry.add(classifier, name="small", data=[], metrics=metrics, card=lambda _: "", at=now)
    result = evaluate(classifier, MEASURED)
    page = write_report(
        tmp_path / "report",
        classifier,
        registry.manifest(version),
        MEASURED,
        result,
        curve=[(4, 0.5, 0.0), (8, 0.9, 0.8)],
    )
    return page.parent


def test_the_page_needs_nothing_else(report):
    page = (report / "report.html").read_text("utf-8")

    assert not re.search(r'(src|href)="(?!#|data:)', page)
    assert page.count("<svg ") == 6


def test_an_inquiry_on_the_page_is_text_and_no_script(report):
    page = (report / "report.html").read_text("utf-8")

    assert "&lt;script&gt;alert(1)" in page
    assert "<script" not in page


def test_the_numbers_are_those_of_the_evaluation(report, classifier):
    facts = json.loads((report / "report.json").read_text())

    assert facts["accuracy"] == evaluate(classifier, MEASURED)["accuracy"] == pytest.approx(2 / 3)
    assert facts["accuracy_interval"][1] < facts["accuracy"] < facts["accuracy_interval"][2]
    assert set(facts["intervals"]["language"]) == {"de", "en"}
    assert facts["learning_curve"][1] == {"inquiries": 8, "accuracy": 0.9, "automatic_at_97": 0.8}


def test_the_model_card_lies_beside_it(report):
    assert (report / "card.md").read_text().startswith("# small ")


def test_a_folder_that_cannot_be_written_is_named(classifier, registry, now, tmp_path):
    version = registry.add(classifier, name="small", data=[], metrics={}, card=lambda _: "", at=now)
    (tmp_path / "file").touch()

    with pytest.raises(ModelError, match="the report cannot be written"):
        write_report(
            tmp_path / "file", classifier, registry.manifest(version), MEASURED, evaluate(classifier, MEASURED)
        )


def test_the_learning_curve_learns_from_parts(classifier):
    points = learning_curve(classifier, LEARNED * 4, MEASURED, parts=(4, 1))

    assert [n for n, _, _ in points] == [8, 32]
    assert points[-1][1] >= 2 / 3
