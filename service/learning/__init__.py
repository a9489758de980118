"""The loop: what desks say becomes labels, labels become models, and no model serves that makes a desk worse."""
