"""What is added to a text that may stand: what must be told, more where there is room, word of the rest."""
