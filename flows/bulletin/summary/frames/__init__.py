"""The texts of each kind of notice, from the best to the plainest."""
