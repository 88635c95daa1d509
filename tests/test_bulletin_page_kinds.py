"""What kind of notice a page is, by its theme's labels, by how it opens, or by its day alone."""

import pytest

from flows.bulletin.page.notice import Kind, Notice
from flows.bulletin.page.reading import read


def page(title: str, body: str) -> Notice:
    return read(title=title, abstract="", body=body)


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Censimento delle api", "Si contano gli alveari. Date e orari 12 marzo 2027"),
        ("Censimento delle api: il progetto", "Si contano gli alveari.\nInizio evento 12 marzo 2027"),
    ],
)
def test_the_label_of_an_events_page_makes_it_one(title: str, body: str) -> None:
    assert page(title, body).kind is Kind.event


@pytest.mark.parametrize(
    "meeting",
    [
        "Venerdì 12 marzo alle ore 21.00 presso la Chiesa di San Rocco.",
        "Sabato 13 marzo 2027, 10:30 nella vecchia filanda.",
    ],
)
def test_an_event_is_known_by_when_and_where_one_meets(meeting: str) -> None:
    assert page("Piante di casa", f"Terra e semi per tutti.\n{meeting}").kind is Kind.event


def test_a_meeting_far_below_the_opening_makes_no_event() -> None:
    told = "La terra dei vasi va cambiata ogni anno, con pazienza e senza fretta. " * 4
    meeting = "Venerdì 12 marzo alle ore 21.00 presso la Chiesa di San Rocco se ne parla."
    assert page("Piante di casa", f"{told}{meeting}").kind is not Kind.event


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Castagnata", "Domenica 11 ottobre 2026"),
        ("Castagnata", "11 ottobre 2026, ore 15, al campo degli alpini"),
        ("50ª Castagnata", "50^ Castagnata\nDomenica 11 ottobre 2026"),
        ("50° Castagnata", "50ª Castagnata\nDomenica 11 ottobre 2026."),
    ],
)
def test_a_title_over_its_day_alone_is_an_event(title: str, body: str) -> None:
    assert page(title, body).kind is Kind.event


@pytest.mark.parametrize("body", ["Ottobre 2026", "Domenica 11 ottobre 2026\nEcco le foto"])
def test_a_title_over_more_than_its_day_is_not(body: str) -> None:
    assert page("Castagnata", body).kind is not Kind.event


def test_the_label_of_days_and_hours_says_nothing_of_opening_hours() -> None:
    evening = "Luci basse tra gli scaffali. Le date e orari sono in bacheca."
    assert page("Biblioteca di sera", evening).kind is Kind.event
    assert page("Biblioteca comunale", "Nuovi orari: martedì 9-12").kind is Kind.hours


@pytest.mark.parametrize(
    ("title", "body", "kind"),
    [
        ("Censimento delle api", "Il conteggio degli alveari parte in aprile.", Kind.campaign),
        ("Torre civica", "Proseguono i lavori di restauro sulla torre civica di via Po.", Kind.other),
        ("Piscina", "Via ai lavori di ampliamento in via Po.", Kind.other),
        ("Via Po chiusa dal 14 aprile", "Orario dei lavori: dalle 8 alle 18. Uffici aperti.", Kind.road),
    ],
)
def test_a_count_is_a_campaign_and_a_building_site_no_road(title: str, body: str, kind: Kind) -> None:
    assert page(title, body).kind is kind


@pytest.mark.parametrize(
    ("title", "body", "kind"),
    [
        (
            "Gruppo comunale di protezione civile: cercasi volontari",
            "Parte la campagna di adesioni al gruppo, che aiuta nelle emergenze.",
            Kind.campaign,
        ),
        ("Sabato nessuna raccolta porta a porta", "Riprende nella serata di lunedì.", Kind.service),
    ],
)
def test_who_helps_in_danger_is_no_alert_and_waste_no_evening(title: str, body: str, kind: Kind) -> None:
    assert page(title, body).kind is kind


def test_volunteers_in_an_alert_leave_it_one() -> None:
    title = "Allerta meteo arancione: i volontari della protezione civile sono pronti"
    assert page(title, "Temporali forti in arrivo.").kind is Kind.alert


@pytest.mark.parametrize(
    "title",
    ["Al via il concorso di poesia", "In via d'urgenza i libri di testo", "Cerchiamo volontari per la festa"],
)
def test_what_starts_or_is_urgent_is_no_road_and_who_is_sought_no_event(title: str) -> None:
    assert page(title, f"{title}.").kind not in (Kind.road, Kind.event)


def test_events_of_a_month_are_events_whatever_opens() -> None:
    body = (
        "Sabato 8 maggio, ore 16: visita.\nSabato 15 maggio: apertura straordinaria del museo fino alle 24."
    )
    assert page("Eventi di maggio al Museo civico", body).kind in (Kind.event, Kind.programme)


def test_events_among_other_things_make_none() -> None:
    body = "Il Tavolo giovani vuole spazi per incontri di studio, eventi, cultura e lavoro."
    assert page("Spazio ai giovani", body).kind is not Kind.event
