"""What one who reads a text alone is left to ask, or takes for more than it is: all of these checks."""

from collections.abc import Iterator
from itertools import chain

from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.checks.attribution import of_another_part
from flows.bulletin.summary.checks.bans_dated import bans_dated
from flows.bulletin.summary.checks.half_told import half_told
from flows.bulletin.summary.checks.hanging import hanging
from flows.bulletin.summary.checks.left_open import left_open
from flows.bulletin.summary.checks.measures_told import measures_told
from flows.bulletin.summary.checks.openings_told import openings_told
from flows.bulletin.summary.checks.several_terms import several_terms
from flows.bulletin.summary.checks.subjects import without_subject


def read_alone(text: str, notice: Notice) -> Iterator[str]:
    """Why a text does not stand without its page: Italian sentences, for the editor."""
    checks = (
        left_open,
        measures_told,
        openings_told,
        half_told,
        hanging,
        bans_dated,
        of_another_part,
        without_subject,
        several_terms,
    )
    return chain.from_iterable(check(text, notice) for check in checks)
