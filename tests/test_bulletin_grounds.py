from flows.bulletin.page.notice import Kind
from flows.bulletin.page.reading import read
from flows.bulletin.summary.grounds import grounds
from flows.draft.evidence import SourcedItem, judged
from flows.review.evidence import provenance

PAGE = read(
    title="Corso di ginnastica",
    abstract="",
    body=(
        "Torna il corso di ginnastica in palestra.\n\n| Corso | Giorno | Orario |\n| --- | --- | --- |\n"
        "| Dolce | 5 ottobre 2026 | 9-10 |\n| Schiena | 7 ottobre 2026 | 18-19 |\n\nIl costo è di 40 euro."
    ),
)


def test_an_editor_sees_the_kind_the_rows_and_what_is_left_to_the_page() -> None:
    read_as = grounds("Il 5 e il 7 ottobre 2026 torna in palestra il corso di ginnastica.", PAGE)
    assert read_as.kind in (Kind.event, Kind.programme)
    assert read_as.rows == ("Dolce | 5 ottobre 2026 | 9-10", "Schiena | 7 ottobre 2026 | 18-19")
    assert any("40 euro" in words for words in read_as.left)
    assert not any("giorno" in words for words in read_as.left)


def test_the_page_of_the_run_shows_it_with_nothing_of_the_site_as_markup() -> None:
    text = "Il 5 ottobre 2026 c'è il corso [qui](https://x.example)."
    page = read(
        title="Corso *di* cucina",
        abstract="",
        body="Il corso di cucina è il 5 ottobre 2026: 10 euro [qui](x).",
    )
    item = SourcedItem(page.title, text, source=page.source, grounds=grounds(text, page))
    shown = provenance(judged([item]))
    assert "Letta come: " in shown
    assert "](x)" not in shown
