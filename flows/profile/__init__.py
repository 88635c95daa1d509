"""One Comune's profile: its keys, its file, its limits."""
