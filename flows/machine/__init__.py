"""What a real machine is given: systemd units, an account, web servers' files, out of the profile."""
