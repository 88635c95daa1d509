"""Which site a Comune has, and what it offers."""
