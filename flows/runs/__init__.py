"""What we ask of the Prefect server, and its start; below the verbs no other package knows Prefect."""
