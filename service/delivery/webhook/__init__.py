"""Standard Webhooks: a signed POST for each delivery."""
