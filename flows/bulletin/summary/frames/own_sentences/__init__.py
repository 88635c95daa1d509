"""The office's own sentences, whole, as a text; what it asks of citizens; all its days as one clause."""
