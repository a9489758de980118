"""The model card: what a version is for, what it learned from, how good it is and where it fails."""

from model.artifact import Manifest


def model_card(manifest: Manifest) -> str:
    """The card as Markdown."""
    metrics = manifest.metrics
    weakest = sorted(metrics["per_category"].items(), key=lambda item: item[1]["f1"])[:3]
    return f"""# {manifest.name} {manifest.version}

Classifies the English text of a contact-form inquiry (its translation, where it was written in another
language) into {len(manifest.labels)} categories, with a calibrated probability for each.

- **Method**: word 1-2-grams and character 2-5-grams (TF-IDF), linear SVM, probabilities by temperature
  scaling on out-of-fold scores.
- **Learned from**: {_data(manifest)}.
- **Held-out figures** (five-fold, on the training data): accuracy {metrics["accuracy"]:.3f}, macro-F1
  {metrics["macro_f1"]:.3f}, expected calibration error {metrics["ece"]:.3f}, n = {metrics["n"]}.
- **Weakest categories** (F1): {", ".join(f"{name} {row['f1']:.2f}" for name, row in weakest)}.
- **Limits**: it reads English; text in another language that was not translated gets a confidence that is not
  calibrated. It always names a category: what fits none must be caught by the threshold.
- **Libraries**: {", ".join(f"{name} {version}" for name, version in sorted(manifest.libraries.items()))}.
"""


def _data(manifest: Manifest) -> str:
    return ", ".join(f"{row['name']} ({row['rows']} rows)" for row in manifest.data)
