"""Lines of a console as a fleet of many has them: most are well, and of each kind of trouble there is one."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from db.deliveries import Certificate
from db.models import BulletinStatus, Level
from flows.fleet.console.line import Alert, Draft, Line, Read, Send, Spent
from flows.watchdog.trouble import Trouble
from tests.world.builders import NOW

NAMES = ("San", "Borgo", "Castel", "Monte", "Villa", "Rocca", "Pieve", "Ponte", "Torre", "Serra")
ENDS = ("verde", "alto", "nuovo", "lungo", "d'Adda", "del Grappa", "Marittima", "in Colle", "sul Po", "Terme")


def well(slug: str = "alfa", name: str = "Comune di Alfa", *, now: datetime = NOW) -> Line:
    """One that asks for nobody."""
    return Line(
        slug,
        name,
        read_at=now,
        last_round=now - timedelta(minutes=2),
        news=Read(now - timedelta(minutes=12)),
        alerts=Read(now - timedelta(minutes=4)),
        drafts=(),
        next_slot=now + timedelta(days=3),
        subscribers=1840,
        last=Send(now - timedelta(days=4), BulletinStatus.sent, sent(1840, 12), 1790),
        number=("UNFLAGGED",),
        spent=Spent(7360, Decimal("455.21")),
        backup_at=now - timedelta(hours=7),
        revision="0104",
    )


def sent(planned: int, failed: int = 0, *, left: int = 0) -> Certificate:
    """Of so many, with `left` still to leave."""
    return Certificate(planned, planned - failed - left, failed, 0, 0, 0, left)


def troubled(line: Line, *, now: datetime = NOW) -> list[Line]:
    """It, with each kind of trouble in turn, the most pressing first."""
    halted = Send(now, BulletinStatus.stopped, sent(1840, 3, left=900))
    return [
        replace(line, ill="alfa, beta: have one database", read_at=None, drafts=None, subscribers=None),
        replace(line, last_round=now - timedelta(hours=2)),
        replace(line, alert=Alert(Level.arancione, now + timedelta(hours=9)), untold=1),
        replace(line, alerts=Read(now - timedelta(hours=3), 1)),
        replace(line, drafts=(Draft(now + timedelta(minutes=40), is_urgent=True),)),
        replace(line, stopped=1, last=halted),
        replace(line, late=1),
        replace(line, drafts=(Draft(now + timedelta(minutes=50)),)),
        replace(line, broken=(Trouble("token", "Chiave di WhatsApp", "Non è accettata."),)),
        replace(line, is_somebody_on_duty=False),
        replace(line, by_hand=1, is_by_hand=True, number=()),
        replace(line, number=("FLAGGED", "ACCOUNT_RESTRICTION"), is_number_ill=True),
        replace(line, backup_at=now - timedelta(days=9), is_backup_ill=True),
        replace(line, spent=Spent(9000, Decimal("600.00"), is_at_ceiling=True)),
        replace(line, uncertain=1),
        replace(line, news=Read(now - timedelta(days=2), 1)),
        replace(line, drafts=(Draft(now + timedelta(hours=20)), Draft(now + timedelta(days=3)))),
    ]


def many(count: int, *, now: datetime = NOW) -> list[Line]:
    """So many, the troubles among them."""
    random = Random(17)
    found = []
    for number in range(count):
        name = f"{NAMES[number % 10]} {ENDS[number // 10 % 10]}"
        line = well(f"comune-{number:03}", f"Comune di {name}", now=now)
        people = random.randrange(80, 9_000)
        send = Send(
            now - timedelta(days=random.randrange(1, 6)), BulletinStatus.sent, sent(people, people // 90)
        )
        found.append(replace(line, subscribers=people, last=replace(send, arrived=people - people // 40)))
    for place, trouble in zip(
        range(3, count, max(1, count // 17)), troubled(found[0], now=now), strict=False
    ):
        found[place] = replace(trouble, slug=found[place].slug, name=found[place].name)
    return found
