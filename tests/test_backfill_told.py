"""What an editor reads of a backfill: what it found, and how that comes to be sent."""

from datetime import date

import pytest

from flows.backfill import outcome_of
from flows.sources.readings import Reading

PERIOD = "da venerdì 20 novembre a giovedì 26 novembre"
OFFER = "togli la spunta a «Prova» e mettila a «Offri queste notizie»."
TRIED = f"Non è cambiato niente: perché entrino nel prossimo bollettino {OFFER}"
LATE = Reading("b", new=1, problems=("feed: older news were not seen",))
KNOWN = Reading("a", offered=("2026-11-21 Gita al lago",))


@pytest.mark.parametrize(
    ("readings", "dry_run", "offer", "words"),
    [
        (
            [Reading("a", new=2), LATE],
            True,
            False,
            f"Prova: nuove, {PERIOD}: 3 notizie. {TRIED} Non tutto il periodo si è potuto vedere.",
        ),
        ([Reading("a")], True, False, f"Prova: nuove, {PERIOD}: 0 notizie. Non è cambiato niente."),
        ([KNOWN], True, True, f"Prova: nuove, {PERIOD}: 0 notizie. {TRIED}"),
        (
            [Reading("a", new=2)],
            False,
            False,
            f"Salvate, {PERIOD}: 2 notizie. Non entrano in un bollettino: per questo rifallo, {OFFER}",
        ),
        ([Reading("a")], False, False, f"Salvate, {PERIOD}: 0 notizie."),
        (
            [Reading("a")],
            False,
            True,
            f"Salvate, {PERIOD}: 0 notizie. In questi giorni non si è trovata nessuna notizia.",
        ),
        (
            [Reading("a", unchanged=1)],
            False,
            True,
            f"Salvate, {PERIOD}: 0 notizie. Quelle di questi giorni, anche se salvate prima, ora possono "
            "entrare nel prossimo bollettino.",
        ),
        (
            [Reading("a", new=1)],
            False,
            True,
            f"Salvate, {PERIOD}: 1 notizia. Quelle di questi giorni, anche se salvate prima, ora possono "
            "entrare nel prossimo bollettino.",
        ),
    ],
)
def test_an_editor_reads_what_a_backfill_found_and_how_that_comes_to_be_sent(
    readings: list[Reading], dry_run: bool, offer: bool, words: str
) -> None:
    """Saved alone they are in no bulletin, nor on the page Redazione."""
    days = date(2026, 11, 20), date(2026, 11, 26)
    assert outcome_of(readings, *days, dry_run=dry_run, offer=offer) == words
