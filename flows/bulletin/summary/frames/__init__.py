<<<<<<< HEAD
"""Texts by kind of notice: for each kind plain Italian frames, from the best text to the plainest."""
=======
"""The texts of each kind of notice, from the best to the plainest."""
>>>>>>> calls
