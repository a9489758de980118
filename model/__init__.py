"""What a trained model is: text, features, classifier, artefact, registry. Knows nothing of HTTP, SQL or training."""
