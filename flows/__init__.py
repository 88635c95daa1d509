"""The verbs, in order: collect, compose, approve, dispatch; watch beside them, backfill for the past."""
