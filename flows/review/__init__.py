"""What an editor sees and answers: the form, its choices, the code, the signature."""
