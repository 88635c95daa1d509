"""A title as part of a sentence, and as one of its own."""
