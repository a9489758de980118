"""What a trained model is: text, features, classifier, artefact, registry; no HTTP, no SQL, no training."""
