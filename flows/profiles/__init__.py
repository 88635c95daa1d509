"""What one Comune chooses: the profile, as it is read and checked."""
