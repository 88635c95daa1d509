"""What happened in the editors' week: two slots, a stop, a correction, a holiday, an absence, an alert on
Saturday and its end, and one refused order of each kind.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import pytest

from db.engine import make_engine
from flows.bulletin.language.dates import ROME
from flows.deploy import ELSE
from flows.settle import GOT
from tests.world import comune as world
from tests.world.comune import SECRETS, Comune, Loopback
from tests.world.mail_server import announce, mail_server
from tests.world.week import Week, table

START = datetime(2026, 11, 30, 8, 0, tzinfo=ROME)  # a Monday; Tuesday of the week after is a holiday
TUESDAY, CORRECTION, FRIDAY, NOTICE, ALERT, ALL_CLEAR = range(1, 7)
ANNA, BRUNO = "Anna Redazione", "Bruno Vice"
ABSENT = (date(2026, 12, 3), date(2026, 12, 4))  # Anna, both days included


@contextmanager
def lived(loopback: Loopback, template: Path, folder: Path) -> Iterator[Week]:
    """The week in a copy of a database; all that was shown stands in .pytest_cache/settimana.md too."""
    shutil.copy(template, folder / "bollettino.db")
    engine = make_engine(f"sqlite:///{folder / 'bollettino.db'}")
    with pytest.MonkeyPatch.context() as patch, mail_server() as box:
        for name, value in SECRETS.items():
            patch.setenv(name, value)
        patch.setattr(world, "NOW", START)
        town = Comune(loopback, folder, engine)
        announce(town.settings.state, box.port)
        found = Week(town, box, patch)
        try:
            live(found)
        finally:  # also of a week that broke off
            cache = Path(__file__).parents[2] / ".pytest_cache"
            cache.mkdir(exist_ok=True)
            (cache / "settimana.md").write_text(table(found.rows), encoding="utf-8")
    yield found  # its clock and its secrets are given back by then
    town.close()
    engine.dispose()


def live(week: Week) -> None:
    week.comune.subscribe()
    announce_levels(week, {})
    monday(week)
    tuesday(week)
    thursday(week)
    friday(week)
    weekend(week)
    week.at(12, 7, 8, 30)
    week.run("componi")
    week.look_at_redazione()


def announce_levels(week: Week, levels: dict[str, dict[str, str]]) -> None:
    order = {"zones": {"Lomb-09": levels} if levels else {}, "issued": week.now.isoformat()}
    week.comune.ask("POST", "/dpc/_prova", order)


def monday(week: Week) -> None:
    week.at(11, 30, 8, 0)
    week.look_at_redazione()
    week.at(11, 30, 8, 30)
    week.run("componi")
    week.at(11, 30, 9, 0)
    week.order("assenza", ANNA, who=ANNA, first_day=ABSENT[1], last_day=ABSENT[0])
    week.order("assenza", ANNA, who=ANNA, first_day=ABSENT[0], last_day=ABSENT[1])
    week.answer(TUESDAY, ANNA, "Salva")


def tuesday(week: Week) -> None:
    week.at(12, 1, 8, 0)
    week.run("componi")
    week.at(12, 1, 9, 30)
    wrong = {4: lambda text: f"{text} Si replica sabato 19 dicembre."}
    week.answer(TUESDAY, ANNA, "Approva", texts=wrong)
    week.at(12, 1, 9, 40)
    week.answer(TUESDAY, ANNA, "Approva", source="Telefonata dell'Ufficio Cultura")
    week.at(12, 1, 9, 45)
    week.answer(TUESDAY, ANNA, "Approva", source="Telefonata dell'Ufficio Cultura")
    week.at(12, 1, 10, 0)
    week.at(12, 1, 10, 20)
    week.answer(TUESDAY, BRUNO, "Approva")
    week.look_at_redazione()
    week.at(12, 1, 10, 30)
    week.order("ferma", ANNA, bollettino=ELSE, chi=ANNA)
    to_reopen = week.choice("riapri", "bollettino", among="1 dicembre")
    week.at(12, 1, 11, 0)

    def press() -> None:
        week.order("ferma", ANNA, bollettino=week.choice("ferma", "bollettino", among="1 dicembre"), chi=ANNA)

    week.in_mid_send = press
    week.run("invia")
    assert week.in_mid_send is None
    week.look_at_redazione()
    week.at(12, 1, 11, 5)
    week.order("riapri", BRUNO, bollettino=to_reopen, chi=BRUNO)
    week.at(12, 1, 11, 10)
    to_resume = week.choice("riprendi", "bollettino", among="1 dicembre")  # of a page that stays open
    line = week.choice("correggi", "notizia", among="notizia 4 del bollettino")
    right = "Il Mercatino dei sapori è rinviato a domenica 13 dicembre, dalle 9 alle 18."
    change = {"motivo": "il fatto è cambiato", "prima": "domenica 6 dicembre, dalle 9 alle 18."}
    week.order("correggi", ANNA, notizia=line, giusto=right, chi=ANNA, **change)
    week.answer(CORRECTION, ANNA, "Approva")
    as_sent = {3: lambda _: "Domenica 6 dicembre in piazza della Vittoria c'è il mercatino dei sapori."}
    week.answer(CORRECTION, ANNA, "Approva", texts=as_sent, source="Telefonata dell'Ufficio Commercio")
    week.answer(CORRECTION, BRUNO, "Approva")
    gone = week.choice("correggi", "notizia", among="già corretta").replace("notizia 4", "notizia 9")
    week.order("correggi", ANNA, notizia=gone, giusto=right, chi=ANNA, **change)
    week.at(12, 1, 11, 20)
    week.order("riprendi", ANNA, bollettino=to_resume, chi=ANNA)
    week.look_at_redazione()
    week.at(12, 1, 11, 30)
    to_close = week.choice("chiudi", "bollettino", among="1 dicembre")
    week.order("chiudi", ANNA, bollettino=to_close, chi=ANNA)
    week.at(12, 1, 12, 0)
    week.order("chiusura", BRUNO, first_day=date(2026, 12, 1), last_day=date(2026, 12, 1), chi=BRUNO)

    week.at(12, 1, 12, 10)
    week.order("chiudi", BRUNO, bollettino=to_close, chi=BRUNO)
    done = week.choice("ritenta", "bollettino", among="1 dicembre")
    week.order("ritenta", ANNA, bollettino=done, chi=ANNA, prova=False)
    week.order("incerti", ANNA, bollettino=done, chi=ANNA, che_cosa=GOT)
    days = {"first_day": date(2026, 11, 20), "last_day": date(2026, 11, 10)}
    week.order("recupera", BRUNO, **days, chi=BRUNO)


def thursday(week: Week) -> None:
    week.clock(12, 3, 8, 25)
    announce_levels(week, {})
    week.at(12, 3, 8, 30)
    week.run("componi")
    week.at(12, 3, 10, 0)
    notice = {
        "che_cosa": "acqua sospesa in via Mazzini",
        "dal": datetime(2026, 12, 3, 14, tzinfo=ROME),
        "al": datetime(2026, 12, 3, 18, tzinfo=ROME),
        "dove": "via Mazzini e via dei Mille",
        "che_cosa_fare": "tieni da parte un po' d'acqua prima delle 14.",
        "informazioni": "Ufficio Tecnico 02 1234 5678",
        "chi": BRUNO,
    }
    slip = {"al": datetime(2026, 12, 3, 8, tzinfo=ROME)}
    week.order("avviso-urgente", BRUNO, **{**notice, **slip})
    week.order("avviso-urgente", BRUNO, **notice)
    week.at(12, 3, 10, 5)
    week.answer(NOTICE, BRUNO, "Approva")


def friday(week: Week) -> None:
    week.at(12, 4, 8, 0)
    week.run("componi")
    week.at(12, 4, 9, 30)
    week.at(12, 4, 10, 0)
    week.at(12, 4, 10, 44)
    week.clock(12, 4, 10, 47)
    week.answer(FRIDAY, BRUNO, "Approva")
    week.at(12, 4, 10, 50)
    week.run("invia")


def weekend(week: Week) -> None:
    week.clock(12, 5, 14, 0)
    announce_levels(week, {"tomorrow": {"temporali": "arancione"}})
    week.at(12, 5, 14, 5)
    week.at(12, 5, 14, 15)
    week.look_at_redazione()
    week.answer(ALERT, BRUNO, "Approva")
    week.clock(12, 6, 12, 0)
    announce_levels(week, {})
    week.at(12, 6, 12, 5)
    week.answer(ALL_CLEAR, ANNA, "Approva")
