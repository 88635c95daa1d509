"""Who may sign in at the door before the Prefect server: enrolment, sign-in, loss."""
