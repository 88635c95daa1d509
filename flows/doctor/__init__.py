"""What is looked at to say whether an installation is well; each check is a result and costs no other."""
