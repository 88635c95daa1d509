"""A year of bulletins of every sort, as the public pages of a Comune come to hold them."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlmodel import Session

from db import bulletins, privacy, told_news
from db.bulletins import ItemData
from db.models import Bulletin, BulletinKind, BulletinStatus, Level
from flows.bulletin.alerts.text import LABELS
from tests.world.builders import NOW, item_of, make_bulletin, make_news_item, make_weather_alert, news_data

BODY = """# Chiusura di via Roma

Via Roma **chiude** al traffico lunedì 30 novembre. Vedi [il percorso](https://www.comune.esempio.mi.it/percorso).

## Le ore

| giorno | ore |
|---|---|
| lunedì | 8-18 |

- bus: fermata spostata in piazza della Vittoria
- ![mappa della zona](https://altri.example/mappa.png)
"""
ALERT = (
    "ARANCIONE (livello 3 su 4) per temporali forti",
    "dalle 0 alle 24 di mercoledì 25 novembre",
    "tutto il territorio comunale (zona Lomb-09)",
    "resta al chiuso durante i temporali. All'aperto stai lontano da alberi e corsi d'acqua.",
    "Dipartimento della Protezione Civile, bollettino di martedì 24 novembre, ore 14:40",
)
RIGHT = ("il mercatino è sabato 12 dicembre, dalle 9 alle 19", "martedì 24 novembre", "sabato 5 dicembre")
SECRET = "Mario Rossi"  # who asked to be taken off the page


@dataclass(frozen=True)
class Town:
    """Its bulletins, by what each is for."""

    ordinary: Bulletin
    alert: Bulletin
    correction: Bulletin
    changed: Bulletin
    partly_removed: Bulletin
    removed: Bulletin
    draft: Bulletin


def plant(session: Session) -> Town:
    def sent(items: list[ItemData], days: float = 0, **given: object) -> Bulletin:
        return make_bulletin(
            session,
            items,
            status=BulletinStatus.sent,
            now=NOW - timedelta(days=days),
            **given,  # type: ignore[arg-type]
        )

    def news(title: str, text: str, body: str = BODY) -> ItemData:
        return item_of(make_news_item(session, news_data(title=title, body=body)), text=text)

    ordinary = sent(
        [
            news("Via Roma chiude lunedì", "Via Roma chiude al traffico lunedì 30 novembre dalle 8 alle 18."),
            news("Mercatino di Natale", "Il mercatino è sabato 5 dicembre in piazza della Vittoria.", ""),
            news("Carta d'identità", "L'ufficio anagrafe è aperto anche sabato 28 novembre dalle 9 alle 12."),
        ]
    )
    alert = _fixed(session, sent(_alert(session), 0.1, kind=BulletinKind.urgent), "allerta_meteo")
    lines = [
        ItemData(title="Mercatino di Natale", category=label, url="", text=text)
        for label, text in zip(LABELS["correzione"], RIGHT, strict=True)
    ]
    wrong = bulletins.items(session, bulletins.approved(session, ordinary.id)[1])[1]  # type: ignore[index]
    lines[0] = replace(lines[0], news_item_id=wrong.news_item_id)  # as `correggi` writes it
    correction = _fixed(session, sent(lines, kind=BulletinKind.correction), "correzione")
    told_news.link(session, correction.id, [ordinary.id])
    moved = make_news_item(session, news_data(title="Giornata ecologica", body=BODY))
    changed = sent([item_of(moved, text="La Giornata ecologica è domenica 29 novembre alle 9:30.")], 3)
    moved.facts_changed_at = NOW - timedelta(days=1)
    session.add(moved)
    partly = sent(
        [news("Bando", "Il bando scade venerdì 30 ottobre."), news(SECRET, f"Premio a {SECRET}.")], 40
    )
    removed = sent([news(f"Addio a {SECRET}", f"Il Comune ricorda {SECRET}.")], 400)
    hide(session, partly, 2)
    hide(session, removed)
    draft = make_bulletin(session, [news("Da non leggere", "Bozza.")], status=BulletinStatus.approved)
    return Town(ordinary, alert, correction, changed, partly, removed, draft)


def hide(session: Session, bulletin: Bulletin, position: int | None = None, *, at: datetime = NOW) -> None:
    assert privacy.hide(
        session, bulletin.id, position, by="operatore", reason="chiesto dall'interessato", now=at
    )


def _alert(session: Session) -> list[ItemData]:
    alert = make_weather_alert(session, level=Level.arancione, day=date(2026, 11, 25))
    return [
        ItemData(
            title="Allerta meteo, mercoledì 25 novembre",
            category=label,
            url=alert.url,
            text=text,
            weather_alert_id=None if place else alert.id,
        )
        for place, (label, text) in enumerate(zip(LABELS["allerta_meteo"], ALERT, strict=True))
    ]


def _fixed(session: Session, bulletin: Bulletin, template: str) -> Bulletin:
    bulletin.template = template
    session.add(bulletin)
    session.flush()
    return bulletin
