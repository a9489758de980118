"""Which language an inquiry is written in, from its script, its words, the form and the site."""
