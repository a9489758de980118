"""Personal data: where it stands in a text, and placeholders for it while the text is away."""
