"""The model card: what a version is for, what it learned from, how good it is and where it fails."""

from typing import Any

from model.artifact import Manifest


def model_card(manifest: Manifest) -> str:
    """The card as Markdown."""
    metrics = manifest.metrics
    weakest = sorted(metrics.get("per_category", {}).items(), key=lambda item: item[1]["f1"])[:3]
    return f"""# {manifest.name} {manifest.version}

Classifies contact-form inquiries into {len(manifest.labels)} categories, with a calibrated probability for
each, from their English text (a translation, where they were written in another language) and their original.

- **Method**: {_method(manifest)}.
- **Learned from**: {_data(manifest)}.
- **Held-out figures** (on the training data, each inquiry left out once):
{_situations(metrics)}
- **Weakest categories** (F1): {", ".join(f"{name} {row['f1']:.2f}" for name, row in weakest)}.
- **Limits**: its confidences are those of inquiries like the ones it learned from. What it shows as similar
  inquiries are the ones that it learned from, without e-mail addresses and longer numbers.
- **Libraries**: {", ".join(f"{name} {version}" for name, version in sorted(manifest.libraries.items()))}.
"""


def _method(manifest: Manifest) -> str:
    words = "word 1-2-grams and character 2-5-grams (TF-IDF) with a linear SVM"
    if manifest.encoder is None:
        return f"{words} alone: it was trained without an encoder, and understands English only"
    return f"{words}; kernel ridge regression on embeddings ({manifest.encoder}); pooled on held-out scores"


def _situations(metrics: dict[str, Any]) -> str:
    return "\n".join(
        f"  - {name}: accuracy {row['accuracy']:.3f}, macro-F1 {row['macro_f1']:.3f}, expected calibration error "
        f"{row['ece']:.3f}, {row['automatic_at_97']:.0%} automatic at 97 % precision, n = {row['n']}"
        for name, row in metrics.get("per_situation", {}).items()
    )


def _data(manifest: Manifest) -> str:
    return ", ".join(f"{row['name']} ({row['rows']} rows)" for row in manifest.data)
