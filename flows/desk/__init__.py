"""The editor's desk: the form and its window, what an answer makes of a draft, seals and signatures."""
