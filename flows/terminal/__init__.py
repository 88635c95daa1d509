"""What a person at a terminal asks for and reads: the parts of `python -m flows`."""
