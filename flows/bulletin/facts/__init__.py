"""The typed facts of a text, and the guard: what a bulletin tells must be in the page it tells of."""
