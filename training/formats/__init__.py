"""Labels in the formats of other services, read and written."""
