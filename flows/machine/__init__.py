"""What a real machine is given out of the profile: units, an account, web servers' files; and its upgrade."""
