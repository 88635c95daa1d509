"""A fleet: many Comuni of one machine."""
