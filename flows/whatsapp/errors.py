"""Meta's error codes as data: what the sender does, and a word that an editor can read.

Sources: Meta's error-code page (May 2026 and later) cross-checked with what other senders do. Meta's advice
is to build on `code` and never on titles, so nothing here reads a message's text.
"""

from collections.abc import Iterator
from enum import StrEnum


class Action(StrEnum):
    """What to do after a refusal. Only the first five may lead to another attempt for the same recipient."""

    RETRY = "retry"  # trouble at Meta: the same recipient again, at most 3 times (5 s, 30 s, 2 min)
    BACK_OFF = "back_off"  # too fast: wait 1 to 2 s, halve the rate, then the same recipient
    RETRY_LATER = "retry_later"  # this recipient after a minute or more; the others need not wait
    PAUSE_ALL = "pause_all"  # nobody for a minute or more, then go on with the same recipient
    OTHER_ENDPOINT = "other_endpoint"  # the template's category changed: ask it again, then the other path
    STOP = "stop"  # the same for everybody, or a warning to us: nothing more until a person looks
    SKIP = "skip"  # this message will not reach this person; the next bulletin as usual
    STRIKE = "strike"  # as skip, and counted: the number is suspended after three bulletins in a row
    OPT_OUT = "opt_out"  # the citizen stopped our messages at Meta: never write again
    FAIL = "fail"  # not in the table: this recipient failed, and it is reported


RESENDS = frozenset(
    {Action.RETRY, Action.BACK_OFF, Action.RETRY_LATER, Action.PAUSE_ALL, Action.OTHER_ENDPOINT}
)


def _rows() -> Iterator[tuple[tuple[int, ...], Action, str]]:
    yield (130429,), Action.BACK_OFF, "troppi messaggi al secondo"
    yield (4, 80007), Action.PAUSE_ALL, "troppe chiamate a WhatsApp in un'ora"
    yield (131056,), Action.RETRY_LATER, "troppi messaggi alla stessa persona in poco tempo"
    yield (1, 2, 131000, 131016, 133004), Action.RETRY, "guasto temporaneo di WhatsApp"
    yield (131057, 2494100), Action.PAUSE_ALL, "manutenzione in corso su WhatsApp"

    yield (131048,), Action.STOP, "WhatsApp limita il numero per la qualità dei messaggi"
    yield (131064,), Action.STOP, "WhatsApp contesta la categoria dei modelli"
    yield (368, 131031, 130497), Action.STOP, "account WhatsApp limitato o bloccato"
    yield (0, 3, 10, 190, *range(200, 300), 131005), Action.STOP, "chiave d'accesso scaduta o senza permessi"
    yield (131042,), Action.STOP, "problema di pagamento con Meta"
    yield (33, 131037, 131045, 133010, 133015), Action.STOP, "numero del servizio non registrato su WhatsApp"
    yield (
        (100, 131008, 131009, 132000, 132001, 132005, 132007, 132008, 132012, 132018, 135000),
        Action.STOP,
        "messaggio non conforme al modello approvato",
    )
    yield (132015, 132016), Action.STOP, "modello sospeso o disattivato da WhatsApp"
    # We send no media, so a media or type error is a fault of ours and the same for everybody.
    yield (131051, 131052, 131053), Action.STOP, "tipo di messaggio o allegato non accettato"
    yield (131030,), Action.STOP, "numero di prova: destinatario non fra quelli ammessi"

    yield (131063, 131055, 134100), Action.OTHER_ENDPOINT, "categoria del modello cambiata"
    yield (134101,), Action.RETRY_LATER, "modello non ancora pronto su WhatsApp"

    yield (131050,), Action.OPT_OUT, "la persona ha fermato i messaggi da WhatsApp"
    yield (131026,), Action.STRIKE, "non consegnabile: il numero non è raggiungibile su WhatsApp"
    yield (131049,), Action.SKIP, "limite di WhatsApp ai messaggi promozionali per persona"
    yield (130472,), Action.SKIP, "persona esclusa da una sperimentazione di WhatsApp"
    yield (131047,), Action.SKIP, "passate 24 ore dall'ultimo messaggio della persona"
    yield (130403,), Action.SKIP, "persona bloccata dal servizio"
    yield (131021,), Action.SKIP, "il destinatario è il numero del servizio"
    yield (131062,), Action.SKIP, "serve il numero di telefono della persona"


TABLE: dict[int, tuple[Action, str]] = {
    code: (action, word) for codes, action, word in _rows() for code in codes
}

# Without a code only the status is left to read.
_BY_STATUS = {401: Action.STOP, 403: Action.STOP, 429: Action.PAUSE_ALL}


def classify(code: int | None, http_status: int) -> Action:
    """What a refusal in an HTTP answer asks for.

    A code that the table does not hold is FAIL: sending again could write twice to a person, and stopping
    everybody would let one recipient's oddity silence an alert. The verb reports it and counts them.
    """
    if code is not None:
        return TABLE[code][0] if code in TABLE else Action.FAIL
    return _BY_STATUS.get(http_status, Action.FAIL)


def classify_status(code: int | None) -> Action:
    """What a `failed` status webhook asks for: as `classify`, but never a second sending.

    The message was accepted and then failed at Meta, hours later perhaps; the bulletin is not repeated.
    """
    action = classify(code, 200)
    return Action.FAIL if action in RESENDS else action


def explain(code: str | None) -> str:
    """The Italian words for a stored code; for one not in the table, its number."""
    if code is None:
        return "errore senza codice"
    known = TABLE.get(int(code)) if code.isdecimal() and len(code) < 10 else None
    return known[1] if known else f"errore {code} di WhatsApp"


class WhatsAppError(Exception):
    """Anything that a call to Meta, other than sending a message, can end in.

    `code` and `subcode` are Meta's, when it gave any.
    """

    def __init__(self, message: str, *, code: int | None = None, subcode: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.subcode = subcode


class Retryable(WhatsAppError):
    """Meta was not reached, or said to try again."""


class Refused(WhatsAppError):
    """Meta said no and would say so again."""
