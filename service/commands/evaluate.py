"""`loket evaluate`: how good is a model on labelled inquiries?"""

import json
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import click
from sklearn.base import clone

from model.artifact import Manifest
from model.classifier import InquiryClassifier
from model.configuration import Configuration
from model.taxonomy import OUT_OF_SCOPE
from service.assembly import make_detector, make_records, make_translator
from service.commands.classifiers import open_classifier
from service.commands.options import as_json, command_of, open_store
from service.pipeline.translation.translator import About
from training import dataset
from training.dataset import LabelledInquiry
from training.embeddings import PreparedEncoder
from training.evaluate import evaluate as measure
from training.evaluate import table
from training.report import Point, learning_curve, write_report

_AT_ONCE = 16


@click.command("evaluate")
@click.option(
    "--data", "paths", multiple=True, type=click.Path(path_type=Path),
    help="CSV or JSON Lines with text and label; repeatable. Without it, the evaluation set that comes with Loket.",
)  # fmt: skip
@click.option("--model", "version", help="A model version; else the champion.")
@click.option("--untranslated", is_flag=True, help="Read the original text only, as if no translator answered.")
@click.option("--translate", is_flag=True, help="Ask the configured providers instead of reading text_en.")
@click.option("--report", type=click.Path(path_type=Path), help="Write a page, its numbers and the card here.")
@click.option(
    "--learned-from", "learned", multiple=True, type=click.Path(path_type=Path),
    help="What the model learned from, for the report's learning curve; known for the default model.",
)  # fmt: skip
@as_json
@command_of
def evaluate(
    paths: tuple[Path, ...],
    version: str | None,
    untranslated: bool,
    translate: bool,
    report: Path | None,
    learned: tuple[Path, ...],
    as_json: bool,
    configuration: Configuration,
) -> None:
    """Print accuracy, macro-F1 and calibration error, in all, per category and per language.

    Example: loket evaluate --data held_out.csv --model 20261121-093000-4f2a91
    """
    if untranslated and translate:
        raise click.UsageError("--untranslated and --translate exclude each other")
    version, classifier = open_classifier(configuration, version)
    inquiries = dataset.read(list(paths) or dataset.evaluation_files())
    if translate:
        inquiries = _translated(inquiries, configuration)
    if strange := {inquiry.label for inquiry in inquiries} - {OUT_OF_SCOPE, *map(str, classifier.classes_)}:
        click.echo(f"Warning: this model does not know {', '.join(sorted(strange)[:5])}", err=True)
    result = measure(classifier, inquiries, untranslated=untranslated)
    if report:
        manifest = configuration.registry().manifest(version)
        curve = _curve(classifier, manifest, list(learned), inquiries, untranslated, configuration.encoder_name)
        page = write_report(report, classifier, manifest, inquiries, result, untranslated=untranslated, curve=curve)
        click.echo(f"Report: {page}", err=True)
    click.echo(json.dumps({"model": version} | result) if as_json else f"model {version}\n{table(result)}")


def _curve(
    classifier: InquiryClassifier,
    manifest: Manifest,
    paths: list[Path],
    measured: list[LabelledInquiry],
    untranslated: bool,
    encoder_name: str,
) -> list[Point]:
    """The learning curve, where it is known what the model learned from."""
    hashes = {row["sha256"] for row in manifest.data}
    datasets = [dataset.read_file(path) for path in paths or dataset.seed_files()]
    if not paths and {one.sha256 for one in datasets} != hashes:
        return []
    inquiries = [inquiry for one in datasets for inquiry in one.inquiries if not inquiry.is_mixed]
    click.echo("Training on parts for the learning curve", err=True)
    return learning_curve(
        _with_seed_ready(classifier, encoder_name), inquiries, measured, untranslated=untranslated
    )


def _with_seed_ready(classifier: InquiryClassifier, encoder_name: str) -> InquiryClassifier:
    """A classifier whose encoder knows the seed inquiries' embeddings."""
    if classifier.encoder is None:
        return classifier
    fresh: InquiryClassifier = clone(classifier)
    fresh.encoder = PreparedEncoder.of_seed(encoder_name, classifier.encoder)
    return fresh


def _translated(inquiries: list[LabelledInquiry], configuration: Configuration) -> list[LabelledInquiry]:
    """Through memory and ledger, as in service: what leaves the house is written down, and leaves it once."""
    settings, store = open_store(configuration)
    detector, records = make_detector(settings), make_records(settings, store)
    translator = make_translator(settings, detector, records)

    def one(inquiry: LabelledInquiry) -> LabelledInquiry:
        about = About(policy=settings.privacy.policy)
        translation = translator.translate(inquiry.text, detector.detect(inquiry.text), about)
        return replace(inquiry, text_en=translation.text)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        done: Iterable[LabelledInquiry] = pool.map(one, inquiries)
        with click.progressbar(done, len(inquiries), "Translating", file=sys.stderr) as bar:
            found = list(bar)
    records.flush()
    return found
