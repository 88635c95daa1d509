"""A page's own sentences, chosen and shortened to the room there is."""
