"""Calls, contributions, enrolments, jobs; acts and what came of them."""
