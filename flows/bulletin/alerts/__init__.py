"""Weather alerts: what holds, what cannot wait, and the fixed texts that tell it."""
