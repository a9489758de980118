"""E-mail: the ticket as a message, with links that correct it in one click."""
