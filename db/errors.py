"""The root of what can go wrong with what is stored."""


class StoreError(Exception):
    """The database cannot do what was asked; the text says why and what to do."""
