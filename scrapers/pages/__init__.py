"""One page: its text, particulars and files."""
