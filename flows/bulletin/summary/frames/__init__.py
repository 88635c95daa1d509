"""Texts by kind of notice: for each kind plain Italian frames, from the best text to the plainest."""
