"""What a text must tell besides, and word of what is left to the page."""
