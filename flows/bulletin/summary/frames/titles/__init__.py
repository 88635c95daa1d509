"""A title as part of a sentence and as one of its own: its matter, its name, what a sentence needs of it."""
