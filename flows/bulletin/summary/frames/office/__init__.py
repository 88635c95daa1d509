"""The office's own sentences, whole, as a text."""
