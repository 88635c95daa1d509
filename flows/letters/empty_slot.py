"""The letter of a slot for which there was nothing to draft: that it is so, and what makes it plausible."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlmodel import Session

from db import mail_outbox, news_items
from flows.bulletin.choosing.selection import BEFORE, LeftOut, briefly, way_out
from flows.bulletin.language.dates import giorno, giorno_ora, scadenza
from flows.bulletin.slots import Slot, next_composed
from flows.bulletin.status import title
from flows.draft.slots import TODAY, last_composed
from flows.settings import Settings
from flows.staff import duty
from flows.staff.mail import tell
from flows.staff.mail_text import bullets

KIND = "niente_di_nuovo"
REASONS = 5  # a line each; all of them stand on the page Redazione


def tell_nothing(
    settings: Settings,
    session: Session,
    slot: Slot,
    *,
    why: str,
    blind: Sequence[str],
    waiting: Sequence[str],
    left_out: Sequence[LeftOut],
    now: datetime,
) -> None:
    """Queue the letter, once a slot, to who is on duty; not before the slot's own time to be composed.

    `waiting`: lines of news that no text can be made of.
    """
    about = f"slot {slot.dispatch_at.astimezone(UTC).isoformat()}"
    own = last_composed(settings.profile, session, now)
    is_own = own is not None and own[1].dispatch_at == slot.dispatch_at
    if not is_own or mail_outbox.addressees(session, KIND, about):
        return
    words = settings.texts[KIND]
    again = next_composed(settings.profile.weekly_slots, now)
    is_last = again is None or again >= slot.deadline_at
    values = {
        "bollettino": title(slot.dispatch_at),
        "giorno": giorno(slot.dispatch_at),
        "entro": scadenza(slot.deadline_at),
        "componi": settings.order_link("componi"),
        "quando": giorno_ora(again) if again else "",
    }
    coming = [words["finito" if is_last else "di_nuovo"].format(**values)]
    sooner = [item for item in left_out if item.reason.startswith(BEFORE)]
    if not (waiting or blind or sooner):
        coming.append(words["niente_da_fare"])
    others = Counter(item.reason for item in left_out if item not in sooner).most_common(REASONS)
    named, more = briefly(sooner)
    out = [f"{item.title}: {item.reason}" for item in named]
    out += [*more, *(f"{reason} ({count})" for reason, count in others)]
    parts = (("da_scrivere", waiting), ("non_si_legge", blind), ("lasciate_fuori", out))
    values |= {
        "perche": why,
        "oggi": f"; {TODAY}" if sooner else "",
        "prossimo": " ".join(coming),
        "particolari": "".join(
            [f"{words[name]}\n{bullets(lines, '')}\n\n" for name, lines in parts if lines]
            + [f"{hint}\n\n" for hint in way_out(sooner)]
        ),
        "ultima": _newest(session),
    }
    people = duty.on_duty(session, settings.profile, now).people
    tell(settings, session, KIND, people, values, about=about, until=slot.deadline_at, now=now)


def _newest(session: Session) -> str:
    item = news_items.newest(session)
    return f"«{item.title}», {giorno(item.published_at or item.first_seen_at)}" if item else "nessuna"
