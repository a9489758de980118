"""Zendesk Support, by its Ticketing API: https://developer.zendesk.com/api-reference/ticketing."""
