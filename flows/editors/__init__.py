"""The editors: one-time codes, who is on duty, and the mail that reaches them."""
