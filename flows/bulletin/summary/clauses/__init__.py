"""What a page says of days, hours, places, prices and people, as clauses that fit in an Italian sentence.

Every function takes the page's own words and gives a clause, or "" where it does not understand all of them:
a clause that tells half of what stands there is worse than none.
"""

from flows.bulletin.summary.clauses.booking import booking_of, booking_sentence, booking_ways, deadline_clause
from flows.bulletin.summary.clauses.days import (
    Day,
    Days,
    Span,
    by_clause,
    days_clause,
    days_of,
    of_clause,
    span_clause,
)
from flows.bulletin.summary.clauses.hours import hours_clause, hours_of
from flows.bulletin.summary.clauses.people import audience_phrase, audience_sentence, is_everyone, is_matter
from flows.bulletin.summary.clauses.places import place_apposition, place_clause, place_of
from flows.bulletin.summary.clauses.prices import is_free, is_paid, price_sentence

__all__ = [
    "Day",
    "Days",
    "Span",
    "audience_phrase",
    "audience_sentence",
    "booking_of",
    "booking_sentence",
    "booking_ways",
    "by_clause",
    "days_clause",
    "days_of",
    "deadline_clause",
    "hours_clause",
    "hours_of",
    "is_everyone",
    "is_free",
    "is_matter",
    "is_paid",
    "of_clause",
    "place_apposition",
    "place_clause",
    "place_of",
    "price_sentence",
    "span_clause",
]
