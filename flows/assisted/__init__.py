"""Bulletins that a person sends by hand: lists of numbers, the text to paste, and what was said of them."""
