"""What is called off is not told as if it took place; every page here is made up."""

from flows.bulletin.guard.verdict import check

GOES_ON = "Sabato 5 maggio alle 21 in Sala Verdi c'è il concerto del coro Alba."


def test_the_day_of_what_is_called_off_is_no_new_day() -> None:
    source = "Annullato il concerto del coro Alba di sabato 5 maggio\nSabato 5 maggio alle 21 in Sala Verdi."
    assert check(GOES_ON, source).blocked


def test_what_is_put_off_elsewhere_in_the_page_hides_no_other_cancellation() -> None:
    source = (
        "Gli appuntamenti di maggio\nRinviato il torneo di bocce che era previsto sabato 5 maggio. "
        "Sabato 5 maggio alle 21 in Sala Verdi il concerto del coro Alba è annullato."
    )
    verdict = check(GOES_ON, source)
    assert verdict.blocked or verdict.warnings


def test_who_tells_the_new_day_needs_not_say_that_it_was_another() -> None:
    source = (
        "Il concerto del coro Alba è rinviato a sabato 12 maggio\n"
        "Il concerto di sabato 5 maggio alle 21 è rinviato a sabato 12 maggio. In Sala Verdi."
    )
    text = "Sabato 12 maggio alle 21 in Sala Verdi c'è il concerto del coro Alba."
    assert not any("rinviat" in words for words in check(text, source).blocked)
