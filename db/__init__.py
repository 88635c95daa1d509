"""What the service remembers. Functions take a `session` and never commit: the verb owns the transaction."""
