"""Pages for visitors and desks, rendered on the server; they work without script."""
