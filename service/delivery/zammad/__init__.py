"""Zammad, by its REST API: https://docs.zammad.org."""
