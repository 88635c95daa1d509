"""What a language model is asked, and what of the notice it may not read."""
