"""The templates of the account brought to be ours: what is to be done, doing it, taking in what Meta says.

What Meta takes is decided in `flows.whatsapp.template_plan`; what it does not tell, our own edits and the
names that were deleted, is read from our rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from db import acts, provider
from db.engine import reading, transaction
from flows.sending.provider import account_headers
from flows.settings import BollettinoError, Settings
from flows.whatsapp.account_templates import USABLE, TemplateState, create, edit, listed
from flows.whatsapp.errors import Retryable, TokenError, WhatsAppError
from flows.whatsapp.template_plan import ADVICE, DELETED, MONTH, Act, Past, Step, step, twins

Held = Mapping[tuple[str, str], TemplateState]
"""By name and language."""

ECHO = timedelta(minutes=10)  # a webhook tells of an edit of ours seconds after it
FAILED = "NOT done"


@dataclass(frozen=True)
class Planned:
    """A template of ours, what Meta holds under its name, and what is to be done."""

    name: str
    state: TemplateState | None
    step: Step

    @property
    def is_usable(self) -> bool:
        return self.state is not None and self.state.status in USABLE

    @property
    def is_well(self) -> bool:
        """Bulletins leave with it, as we wrote it."""
        return self.is_usable and self.step.act == Act.none


@dataclass(frozen=True)
class Taken:
    """What Meta says of a template; `was`: the status that we knew before, "" for none."""

    name: str
    state: TemplateState | None
    was: str = ""
    is_ours: bool = True


def held(settings: Settings) -> Held:
    """All that Meta holds. Raises WhatsAppError."""
    whatsapp = settings.profile.whatsapp
    found = listed(whatsapp.base, whatsapp.waba_id, account_headers(settings))
    return {(state.name, state.language): state for state in found}


def plan(settings: Settings, engine: Engine | None, there: Held, *, now: datetime) -> list[Planned]:
    """What is to be done about each of ours; changes nothing.

    Without an engine edits are not counted: those of the sandbox, whose texts change many times a day.
    """
    language, ours = settings.profile.whatsapp.language, settings.templates
    double = twins(list(ours.values()))
    past = _past(settings, engine, now=now) if engine else dict.fromkeys(ours, Past())
    rows = []
    for name, wanted in ours.items():
        state = there.get((name, language))
        if name in double:
            rows.append(Planned(name, state, Step(Act.refused, double[name])))
            continue
        next_step = step(wanted, settings.button_base(name), language, state, past[name], now)
        rows.append(Planned(name, state, next_step))
    return rows


def _past(settings: Settings, engine: Engine, *, now: datetime) -> dict[str, Past]:
    """By what we did, and by what webhooks told of what others did in WhatsApp Manager."""
    with reading(engine) as session:
        done = acts.since(session, acts.EDIT_TEMPLATE, now - MONTH)
        rows = {row.name: row for row in provider.templates(session, settings.profile.whatsapp.language)}
    past = {}
    for name in settings.templates:
        row = rows.get(name)
        edits = [act.at for act in done if act.words == name]
        if row and row.text_at and all(abs(row.text_at - at) > ECHO for at in edits):
            edits.append(row.text_at)
        past[name] = Past(edits, row.status_at if row and row.status in DELETED else None)
    return past


def submit(
    settings: Settings, engine: Engine, rows: Sequence[Planned], *, by: str, now: datetime
) -> dict[str, str]:
    """Post what the plan says, each by itself; what came of each, by name. Again it goes on with the rest.

    Raises BollettinoError, and posts nothing, when one of ours breaks a rule of Meta's; TokenError when going
    on is of no use.
    """
    if wrong := [f"{row.name}: {row.step.words}" for row in rows if row.step.act == Act.refused]:
        raise BollettinoError(f"nothing is submitted, Meta would refuse it: {'; '.join(wrong)}")
    done = {}
    for row in rows:
        if row.step.payload is None:
            continue
        try:
            done[row.name] = _post(settings, engine, row, row.step.payload, by=by, now=now)
        except TokenError:
            raise
        except WhatsAppError as exc:  # the others need not wait for this one
            done[row.name] = f"{FAILED}: {_advised(exc)}"
    return done


def _post(
    settings: Settings, engine: Engine, row: Planned, payload: Mapping[str, object], *, by: str, now: datetime
) -> str:
    whatsapp, headers = settings.profile.whatsapp, account_headers(settings)
    if row.state is None:
        made = create(whatsapp.base, whatsapp.waba_id, headers, payload)
        return f"submitted: {made.status}, {made.category}"
    edit(whatsapp.base, row.state.id, headers, payload)
    with transaction(engine) as session:  # Meta counts edits, and does not tell them
        acts.add(
            session,
            acts.EDIT_TEMPLATE,
            name=by,
            at=now,
            words=row.name,
            bulletin_id=None,
            code_hash=None,
            by_operator=True,
        )
        provider.edited(session, row.name, whatsapp.language, "", at=now)
    return f"edited ({row.step.words})"


def _advised(exc: WhatsAppError) -> str:
    """Meta's own words, and what to do where they do not say it."""
    advice = ADVICE.get(exc.subcode or 0)
    if advice is None and isinstance(exc, Retryable):
        advice = "run this again, which is harmless"
    return f"{exc} ({advice})" if advice else str(exc)


def take_in(settings: Settings, engine: Engine, there: Held, *, now: datetime) -> list[Taken]:
    """Keep what Meta says of each of ours, whoever made it there; after them what else the account holds."""
    language, rows = settings.profile.whatsapp.language, []
    with transaction(engine) as session:
        for name in settings.templates:
            state, known = there.get((name, language)), provider.find(session, name, language)
            rows.append(Taken(name, state, known.status if known else ""))
            if state is not None:
                provider.seen(
                    session,
                    name,
                    language,
                    category=state.category,
                    status=state.status,
                    quality=state.quality,
                    at=now,
                )
    ours = {(name, language) for name in settings.templates}
    return rows + [Taken(key[0], state, is_ours=False) for key, state in there.items() if key not in ours]
