"""What stands around the program at a Comune: the papers it signs, how it begins, what it hands over."""
