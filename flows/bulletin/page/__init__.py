"""What a Comune's page says, read with its structure: its parts, its rows, its kind and its slots."""
