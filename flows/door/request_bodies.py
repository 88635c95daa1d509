"""What people may send with the operations that change something; the rest is refused, not dropped.

What the server would take but cannot tell again is refused, too. Prefect 3.9.1 keeps a text with half of a
surrogate pair (an emoji that was cut through) with a run, and from then on answers 500 to whoever asks for a
list with that run in it, also to the worker: nothing starts any more.
"""

import json
import math
import re
from typing import Any

from flows.door.sealed_code import FIELD

LIMIT = 1_000_000  # bytes; a form of ten items has some 20,000
DEEPEST = 20  # levels of a value; a form has three
LONGEST_CODE = 40  # characters; six digits, with blanks
LARGEST = 2**63  # of a whole number, either way: of a form Prefect writes 64 bits, and breaks at more
NO_TEXT = re.compile("[\0\ud800-\udfff]")  # PostgreSQL keeps no NUL, and UTF-8 has no half of a pair
KIND = "__prefect_kind"  # a value of this kind is worked out by the server: a template, a variable

# In which a run may wait: Prefect's own, for what an alert or a person waits for; forms that are opened, some
# at a time; and in a fleet, behind both, what the clock starts for all Comuni in the same minute
# (`flows/deploy.py`). Its page sends it.
QUEUES = AT_ONCE_QUEUE, FORMS, BY_CLOCK = "default", "moduli", "a-orario"
# What Prefect's own page sends beside the parameters, and means nothing by.
NOTHING: tuple[object, ...] = (None, "", {}, [])
QUIET_STATE = {"type", "name", "message", "state_details"}
QUIET_DETAILS = {"pause_reschedule", "deferred", "untrackable_result", "scheduled_time"}
QUIET_POLICY = {"resuming", "max_retries", "retry_delay_seconds", "retries", "retry_delay"}


class RejectedRequest(Exception):
    """What cannot pass, in Italian: it is what the page shows."""

    def __init__(self, why: str, status: int = 403) -> None:
        super().__init__(why)
        self.status = status


def read(raw: bytes) -> dict[str, Any]:
    """The JSON object of a body."""
    try:
        body = json.loads(raw or b"{}", parse_constant=_no_number)
    except (ValueError, RecursionError) as exc:
        raise RejectedRequest("La richiesta non è leggibile.") from exc
    if not isinstance(body, dict):
        raise RejectedRequest("La richiesta non è leggibile.")
    _plain(body)
    return body


def answer(body: dict[str, Any]) -> dict[str, Any]:
    """The values of a confirmed form."""
    values = body.get("run_input") or {}
    if body.keys() - {"run_input"} or not isinstance(values, dict):
        raise RejectedRequest("Con Resume si mandano solo i campi del modulo.")
    return values


def start(body: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a run that an editor starts, from what Prefect's page sends with them.

    Its name and tags are not taken: each flow names its runs, and a list of runs must not lie.
    """
    parameters = body.get("parameters") or {}
    if not isinstance(parameters, dict):
        raise RejectedRequest("I parametri non sono leggibili.")
    loud = [
        name
        for name, value in body.items()
        if name not in ("parameters", "name", "tags") and not _means_nothing(name, value)
    ]
    if loud:
        raise RejectedRequest(f"Da qui si scelgono solo i parametri, non {', '.join(sorted(loud))}.")
    code = parameters.get(FIELD) or ""
    if not isinstance(code, str) or len(code) > LONGEST_CODE:  # for instance the token of an earlier run
        raise RejectedRequest("Il codice ha 6 cifre: copialo dall'app.")
    return parameters


def pause(body: dict[str, Any]) -> dict[str, Any]:
    """Whether the work pool takes no work for a while, or does again."""
    if body.keys() != {"is_paused"} or not isinstance(body["is_paused"], bool):
        raise RejectedRequest("Da qui si può solo sospendere e riprendere la presa in carico dei lavori.")
    return body


def _means_nothing(name: str, value: Any) -> bool:
    if name == "enforce_parameter_schema":  # false would let any parameter through
        return value is None or value is True
    if value in NOTHING:
        return True
    if name == "work_queue_name":
        return value in QUEUES
    if not isinstance(value, dict):
        return False
    if name == "empirical_policy":
        return value.keys() <= QUIET_POLICY and not any(value.values())
    if name == "state":
        details = value.get("state_details") or {}
        return (
            value.keys() <= QUIET_STATE
            and value.get("type") == "SCHEDULED"
            and value.get("name") in (None, "Scheduled")
            and isinstance(details, dict)
            and details.keys() <= QUIET_DETAILS
            and not any(details.values())
        )
    return False


def _no_number(name: str) -> Any:
    raise ValueError(name)  # NaN and its kin are not JSON; the server would keep another value


def _plain(value: Any, depth: int = 0) -> None:
    if depth > DEEPEST:
        raise RejectedRequest("La richiesta non è leggibile.")
    if isinstance(value, dict) and KIND in value:
        raise RejectedRequest("Scrivi il valore nel campo: modelli e variabili di Prefect qui non si usano.")
    if isinstance(value, str) and NO_TEXT.search(value):
        raise RejectedRequest("Nel testo c'è un carattere che non esiste: cancellalo e riprova.")
    if isinstance(value, int | float) and not (-LARGEST <= value < LARGEST or _is_fraction(value)):
        raise RejectedRequest("C'è un numero troppo grande: correggilo e riprova.")
    for item in (
        [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        _plain(item, depth + 1)


def _is_fraction(value: float) -> bool:
    """Of a `float` the server keeps all but what is written larger than there are any, as 1e999."""
    return isinstance(value, float) and math.isfinite(value)
