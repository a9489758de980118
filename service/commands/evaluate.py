"""`loket evaluate`: how good is a model on labelled inquiries?"""

import json
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import click

from model.configuration import Configuration
from model.errors import ModelError
from service.assembly import make_translator
from service.commands.options import as_json, command_of
from service.pipeline.detection.detector import Detector
from service.pipeline.detection.engine import LangdetectEngine
from service.settings import Settings, check
from training import dataset
from training.dataset import LabelledInquiry
from training.evaluate import evaluate as measure
from training.evaluate import table

_AT_ONCE = 16


@click.command("evaluate")
@click.option(
    "--data", "paths", multiple=True, type=click.Path(path_type=Path),
    help="CSV or JSON Lines with text and label; repeatable. Without it, the evaluation set that comes with Loket.",
)  # fmt: skip
@click.option("--model", "version", help="A model version; else the champion.")
@click.option("--untranslated", is_flag=True, help="Read the original text only, as if no translator answered.")
@click.option("--translate", is_flag=True, help="Ask the configured providers instead of reading text_en.")
@as_json
@command_of
def evaluate(
    paths: tuple[Path, ...],
    version: str | None,
    untranslated: bool,
    translate: bool,
    as_json: bool,
    configuration: Configuration,
) -> None:
    """Print accuracy, macro-F1 and calibration error, in all, per category and per language.

    Example: loket evaluate --data held_out.csv --model 20261121-093000-4f2a91
    """
    if untranslated and translate:
        raise click.UsageError("--untranslated and --translate exclude each other")
    registry = configuration.registry()
    version = version or registry.champion()
    if version is None:
        raise ModelError("no model has been promoted; name one with --model")
    classifier = registry.load(version)
    inquiries = dataset.read(list(paths) or dataset.evaluation_files())
    if translate:
        inquiries = _translated(inquiries, check(configuration))
    if strange := {inquiry.label for inquiry in inquiries} - {str(label) for label in classifier.classes_}:
        click.echo(f"Warning: this model does not know {', '.join(sorted(strange)[:5])}", err=True)
    result = measure(classifier, inquiries, untranslated=untranslated)
    click.echo(json.dumps({"model": version} | result) if as_json else f"model {version}\n{table(result)}")


def _translated(inquiries: list[LabelledInquiry], settings: Settings) -> list[LabelledInquiry]:
    detector = Detector(LangdetectEngine(), settings.languages.site)
    translator = make_translator(settings)

    def one(inquiry: LabelledInquiry) -> LabelledInquiry:
        translation = translator.translate(inquiry.text, detector.detect(inquiry.text))
        return replace(inquiry, text_en=translation.text)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        done: Iterable[LabelledInquiry] = pool.map(one, inquiries)
        with click.progressbar(done, len(inquiries), "Translating", file=sys.stderr) as bar:
            return list(bar)
