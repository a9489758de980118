"""JSON over HTTP under /api/v1: parses, authorises, answers; what is done is done in intake."""
