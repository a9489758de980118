"""`loket classify`: what would happen to this text?"""

import sys

import click

from model.configuration import Configuration
from model.errors import ModelError
from service.assembly import make_pipeline, make_records
from service.commands.options import as_json, command_of, open_store, tell
from service.pipeline.decision import Decision
from service.pipeline.detection.detector import Hints
from service.pipeline.detection.languages import english_name
from service.pipeline.pipeline import InquiryText
from service.pipeline.routing import TRIAGE, rounded_down
from service.submission import Question


@click.command("classify")
@click.argument("text")
@click.option("--subject", help="The inquiry's subject.")
@click.option("--language", help="The language the form was shown in, such as nl or pt-BR.")
@as_json
@command_of
def classify(
    text: str, subject: str | None, language: str | None, as_json: bool, configuration: Configuration
) -> None:
    """Print the decision that an inquiry with this TEXT would get; - reads standard input.

    Example: loket classify "Waar blijft mijn bestelling?"
    """
    question = _question(sys.stdin.read() if text == "-" else text, subject, language)
    settings, store = open_store(configuration)
    records = make_records(settings, store)
    pipeline = make_pipeline(settings, configuration.registry(), records)
    if pipeline.champion.current() is None:
        raise ModelError("no model can be loaded; loket train --promote makes one")
    decision = pipeline.decide(InquiryText(question.text, question.subject, Hints(question.declared)))
    records.flush()
    tell(decision.model_dump(mode="json"), as_json, _for_a_person(decision))


def _question(text: str, subject: str | None, language: str | None) -> Question:
    try:
        return Question(text=text, subject=subject, language=language)
    except ValueError as error:
        problem = error.errors()[0]  # type: ignore[attr-defined]
        message = problem["msg"].removeprefix("Value error, ")
        raise click.BadParameter(f"{problem['loc'][0]}: {message}") from None


def _for_a_person(decision: Decision) -> str:
    language, translation = decision.language, decision.translation
    english = {
        "translated": f"{translation.text} ({translation.provider})",
        "not_needed": "as it is",
        "unavailable": f"not translated: {(translation.reason or 'not tried')}",
    }[translation.status]
    others = ", ".join(f"{a.category} {rounded_down(a.confidence)}" for a in decision.alternatives[:3])
    requests = [
        f"request     {i.category} {rounded_down(i.confidence)}, {i.desk}: {i.text}" for i in decision.intents
    ]
    similar = [f"similar     {one.category}: {one.text}" for one in decision.similar]
    return "\n".join(
        [
            f"desk        {decision.desk}{' (a person decides)' if decision.desk == TRIAGE else ''}",
            f"reason      {decision.reason}",
            f"category    {decision.category} {rounded_down(decision.confidence)}",
            f"otherwise   {others}",
            f"language    {english_name(language.code)} ({language.code}) {rounded_down(language.confidence)}",
            f"English     {english}",
            f"words       {', '.join(term.term for term in decision.explanation)}",
            *(requests if len(requests) > 1 else []),
            *similar,
            f"model       {decision.model}",
        ]
    )
