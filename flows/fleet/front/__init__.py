"""What a fleet shows: one web app for the citizens of all its Comuni, one gate for their people."""
