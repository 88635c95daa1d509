"""What became of an editor's order: in the name of its run, and where it was not done in a letter to them."""

import logging
import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from db.engine import transaction
from flows.bulletin.language.dates import giorno_ora
from flows.bulletin.language.sentences import split
from flows.deploy import startable
from flows.review.acts import NOTHING_DONE, NOTHING_TO_DO
from flows.runs import choices, client
from flows.runs.client import Refusal
from flows.settings import BollettinoError, Settings
from flows.staff.mail import post, tell

NOT_DONE = "NON FATTO"
HALF = "FATTO A METÀ"  # given again, it would do the first half twice
AGAIN = "Per rifarlo"
UNCHANGED = "ma non è cambiato niente"
NAMED = re.compile(r"«([a-z-]+)»")  # another order, in the words of a refusal
SUBJECT = 110  # characters; a telephone shows the first third
USEFUL = timedelta(days=1)  # later the order has been given again, or is not wanted any more

log = logging.getLogger(__name__)


def refused(
    settings: Settings,
    engine: Engine,
    why: BollettinoError | str,
    *,
    who: str,
    what: str = NOT_DONE,
) -> Refusal:
    """The red end of a run that did not do what `who` started it for, for the flow to return; they get it by
    mail as well. Of a person whom the profile does not name only the run tells.

    `why`: an error of ours where nothing was changed; words alone where something goes on.
    """
    refusal = client.refused(settings, why, what)
    steps = _next_steps(settings, what, str(why))
    client.explained(what, str(why), steps)
    editor = settings.profile.editor(who)
    is_said = NOTHING_DONE in str(why)
    if editor is not None:
        now = datetime.now(UTC)
        try:
            with transaction(engine) as session:
                tell(
                    settings,
                    session,
                    "non_fatto",
                    [editor],
                    {
                        "ordine": client.order(),
                        "esito": what,
                        "quando": giorno_ora(now),
                        "ma": "ma" if is_said or isinstance(why, str) else UNCHANGED,
                        "parole": str(why),
                        "perche": _in_short(str(why)),
                        "rifai": "".join(f"{words}: {address}\n" for words, address in steps.items())
                        + ("\n" if steps else ""),
                    },
                    about=f"run {client.run_id()}",
                    until=now + USEFUL,
                    now=now,
                )
            if trouble := post(settings, engine, now=now).trouble:
                log.warning("%s", trouble)
        except Exception as exc:  # noqa: BLE001  the run has said it already, and a letter must not hide that
            log.error("a refused order could not be told by mail: %s", type(exc).__name__)
    return refusal


def _in_short(why: str) -> str:
    """The first sentence of a reason, for a subject behind the order; "" where that is too long for one."""
    first = split(why)[0]
    return f": {first.rstrip('.')}" if len(first) <= SUBJECT else ""


def _next_steps(settings: Settings, what: str, why: str) -> dict[str, str]:
    """Where the refusal leads: to the orders that it names, else to the same one again, where it may help."""
    verbs = [
        verb for verb in dict.fromkeys(NAMED.findall(why)) if settings.deployment(verb) in startable(settings)
    ]
    verbs = [verb for verb in verbs if verb != client.order()]
    if verbs:
        return {f"«{verb}»": settings.order_link(verb) for verb in verbs}
    return {} if what == HALF or NOTHING_TO_DO in why else {AGAIN: settings.order_link(client.order())}


def done(settings: Settings, engine: Engine, outcome: str, *, link: str = "") -> str:
    """`outcome` becomes the run's name, with a link to what comes next; the start forms' lists follow."""
    client.completed(settings, outcome, link)
    choices.refresh(settings, engine, now=datetime.now(UTC))
    return outcome
