"""What the webhook's side and the pages both stand on: the running app, and the texts that a citizen gets."""
