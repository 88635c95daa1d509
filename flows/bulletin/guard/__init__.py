"""The fact guard: what a bulletin tells must be in the page it tells of, and as the page relates it."""
