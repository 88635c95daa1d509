"""From news items and alerts to the text that a citizen reads: pure functions, no clock, no network."""
