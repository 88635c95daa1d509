"""For each kind of notice the texts that tell it, from the best to the plainest."""
