"""What a language model is told of one item, without personal data, and what it must answer."""
