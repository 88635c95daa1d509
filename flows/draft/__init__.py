"""A draft: what it tells, with which text, and how it is kept up to date."""
