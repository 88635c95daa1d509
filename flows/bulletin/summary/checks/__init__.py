"""What a text may not say or leave out: the gate, what it looks for, and sentences that mend it."""
