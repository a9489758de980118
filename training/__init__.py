"""The data scientist's scripts: read labelled inquiries, train, evaluate. Imports model, never service."""
