"""Pushes tickets to where desks work: one folder a kind of receiver, all of one shape."""
