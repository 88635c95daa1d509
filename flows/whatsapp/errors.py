"""Meta's error codes as data: what the sender does, and a word that an editor can read.

Sources: Meta's error-code page (May 2026 and later) cross-checked with what other senders do. Meta's advice
is to build on `code` and never on titles, so nothing here reads a message's text.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Action(StrEnum):
    """What to do after a refusal. Only the first six may lead to another attempt for the same recipient."""

    RETRY = "retry"  # trouble at Meta: the same recipient again, a few times
    BACK_OFF = "back_off"  # too fast: halve the rate of all senders, then the same recipient
    RETRY_LATER = "retry_later"  # this recipient after a minute or more; the others need not wait
    PAUSE_ALL = "pause_all"  # nobody for a minute or more, then go on with the same recipient
    WAIT = "wait"  # this send for minutes, then the same recipient; what else the number sends goes on
    OTHER_ENDPOINT = "other_endpoint"  # the template cannot go by this path, or not yet: the other path, once
    STOP = "stop"  # the same for everybody, or a warning to us: nothing more until a person looks
    SKIP = "skip"  # this message will not reach this person; the next bulletin as usual
    STRIKE = "strike"  # as skip, and counted: the number is suspended after three bulletins in a row
    OPT_OUT = "opt_out"  # the citizen stopped our messages at Meta: never write again
    FAIL = "fail"  # not in the table: this recipient failed, and it is reported


RESENDS = frozenset(
    {
        Action.RETRY,
        Action.BACK_OFF,
        Action.RETRY_LATER,
        Action.PAUSE_ALL,
        Action.WAIT,
        Action.OTHER_ENDPOINT,
    }
)

OTHER_WAY_ENDS = date(2027, 10, 13)
"""From this day on `/messages` takes no marketing template, and answers 131063."""


@dataclass(frozen=True)
class Rule:
    """What a code asks for, its Italian words, and the seconds to wait before each further try.

    When the waits are used up, a recipient is failed; a pause of all, and a wait of the send, becomes a stop.
    Of OTHER_ENDPOINT they are waits of the send, for when there is no other path (`OTHER_WAY_ENDS`); where
    waiting would help nothing there is one, of no time.
    """

    action: Action
    words: str
    waits: tuple[float, ...] = ()


PAUSES = (60.0, 120.0, 300.0, 600.0, 900.0)


_SYNCING = "modello non ancora pronto su WhatsApp"


def _rows() -> Iterator[tuple[tuple[int, ...], Rule]]:
    yield (130429,), Rule(Action.BACK_OFF, "troppi messaggi al secondo", (1.5, 2, 4, 8, 16))
    yield (4, 80007), Rule(Action.PAUSE_ALL, "troppe chiamate a WhatsApp in un'ora", PAUSES)
    yield (
        (131056,),
        Rule(Action.RETRY_LATER, "troppi messaggi alla stessa persona in poco tempo", (60, 120, 300)),
    )
    yield (1, 2, 131000, 131016, 133004), Rule(Action.RETRY, "guasto temporaneo di WhatsApp", (5, 30, 120))
    yield (
        (131057, 2494100),
        Rule(Action.PAUSE_ALL, "manutenzione in corso su WhatsApp", (120, 300, 600, 900)),
    )

    for codes, words in _STOPS:
        yield codes, Rule(Action.STOP, words)

    yield (131063, 131055, 134100), Rule(Action.OTHER_ENDPOINT, "categoria del modello cambiata", (0,))
    yield (
        (134102,),
        Rule(Action.OTHER_ENDPOINT, "mancano le condizioni accettate per i messaggi di marketing", (0,)),
    )
    # the same for everybody until Meta has copied the template: about ten minutes. Of this template alone: an
    # alert or an answer does not wait for it
    yield (134101,), Rule(Action.WAIT, _SYNCING, (600, 600))

    yield (131050,), Rule(Action.OPT_OUT, "la persona ha fermato i messaggi da WhatsApp")
    yield (131026,), Rule(Action.STRIKE, "non consegnabile: il numero non è raggiungibile su WhatsApp")
    for code, words in _SKIPS:
        yield (code,), Rule(Action.SKIP, words)


TOKEN_CODES = (0, 3, 10, 190, *range(200, 300))

_STOPS: tuple[tuple[tuple[int, ...], str], ...] = (
    # others retry 131048; before a whole town it is a warning about the number's reputation
    ((131048,), "WhatsApp limita il numero per la qualità dei messaggi"),
    ((131064,), "WhatsApp contesta la categoria dei modelli"),
    ((368, 131031, 130497), "account WhatsApp limitato o bloccato"),
    ((*TOKEN_CODES, 131005), "chiave d'accesso scaduta o senza permessi"),
    ((131042, 131044), "problema di pagamento con Meta"),
    ((33, 131037, 131045, 133010, 133015), "numero del servizio non registrato su WhatsApp"),
    (
        (100, 131008, 131009, 132000, 132001, 132005, 132007, 132008, 132012, 132018, 135000),
        "messaggio non conforme al modello approvato",
    ),
    ((132015, 132016), "modello sospeso o disattivato da WhatsApp"),
    # We send no media, so a media or type error is a fault of ours and the same for everybody.
    ((131051, 131052, 131053), "tipo di messaggio o allegato non accettato"),
    ((131030,), "numero di prova: destinatario non fra quelli ammessi"),
)
_SKIPS = (
    (131049, "limite di WhatsApp ai messaggi promozionali per persona"),
    (130472, "persona esclusa da una sperimentazione di WhatsApp"),
    (131047, "passate 24 ore dall'ultimo messaggio della persona"),
    (130403, "persona bloccata dal servizio"),
    (131021, "il destinatario è il numero del servizio"),
    (131062, "serve il numero di telefono della persona"),
)

TABLE: dict[int, Rule] = {code: rule for codes, rule in _rows() for code in codes}

ON_MARKETING: dict[int, Rule] = {
    # A template that nobody used for seven days is dormant: its first message wakes it, within ten minutes.
    # /messages knows neither dormant templates nor copies of them that are not ready.
    131009: Rule(
        Action.OTHER_ENDPOINT, "modello non usato da giorni: WhatsApp lo sta preparando", (600, 600)
    ),
    134101: Rule(Action.OTHER_ENDPOINT, _SYNCING, (600, 600)),
}
"""What a code asks for on the marketing path, where that differs from the table."""

STRIKES = tuple(str(code) for code, rule in TABLE.items() if rule.action == Action.STRIKE)
STOPPED_US = tuple(str(code) for code, rule in TABLE.items() if rule.action == Action.OPT_OUT)

UNREACHED = Rule(Action.RETRY, "WhatsApp non è raggiungibile", (5.0, 5.0, 10.0, 20.0, 30.0))
"""Of a POST that never left: nobody is failed for it, so the last wait goes on."""

# Without a code only the status is left to read.
_BY_STATUS = {401: Action.STOP, 403: Action.STOP, 429: Action.PAUSE_ALL}

NOWHERE = frozenset({301, 307, 308, 404, 405, 501})
"""Without Meta's words: there is no such address or method here, so that nobody can have got anything.

RFC 9110, 15.4 to 15.6. Not 302 and 303, which may follow on something that was done.
"""


def classify(code: int | None, http_status: int, *, is_marketing: bool = False) -> Action:
    """What a refusal in an HTTP answer asks for.

    A code that the table does not hold is FAIL: sending again could write twice to a person, and stopping
    everybody would let one recipient's oddity silence an alert. The verb reports it and counts them.
    """
    if code is not None:
        rule = _rule(code, is_marketing)
        return rule.action if rule else Action.FAIL
    return _BY_STATUS.get(http_status, Action.FAIL)


def classify_status(code: int | None) -> Action:
    """What a `failed` status webhook asks for: as `classify`, but never a second sending.

    The message was accepted and then failed at Meta, hours later perhaps; the bulletin is not repeated.
    """
    action = classify(code, 200)
    return Action.FAIL if action in RESENDS else action


def _rule(code: int, is_marketing: bool) -> Rule | None:
    return (ON_MARKETING.get(code) if is_marketing else None) or TABLE.get(code)


def rule_of(code: str | None, *, is_marketing: bool = False) -> Rule | None:
    """Of a code as it is stored; None for one that the table does not hold."""
    return _rule(int(code), is_marketing) if code and code.isdecimal() and len(code) < 10 else None


def explain(code: str | None, *, is_marketing: bool = False) -> str:
    """The Italian words for a stored code; for one not in the table, its number."""
    if code is None:
        return "errore senza codice"
    rule = rule_of(code, is_marketing=is_marketing)
    return rule.words if rule else f"errore {code} di WhatsApp"


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


class TokenError(Refused):
    """The access token is expired, revoked or lacks a permission."""


class NowhereError(Retryable):
    """There is no such address, or nobody in it who knows Meta's words."""


def code_of(error: object, key: str = "code") -> int | None:
    """Meta's code, or another number, of what an answer holds as its `error`."""
    code = error.get(key) if isinstance(error, dict) else None
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def trouble(text: str, http_status: int, error: object) -> Retryable | Refused:
    """What to raise for an `error` in an answer to anything but the sending of a message."""
    code, subcode = code_of(error), code_of(error, "error_subcode")
    if code in TOKEN_CODES or (code is None and http_status in (401, 403)):
        return TokenError(text, code=code, subcode=subcode)
    again = http_status >= 500 or classify(code, http_status) in RESENDS
    kind = Retryable if again else Refused
    return kind(text, code=code, subcode=subcode)


RETRIED = frozenset({"unreadable_address", *(str(code) for code in TABLE if classify(code, 400) in RESENDS)})
"""Reasons of trouble that passes, as deliveries keep them; an address can be read once its key is back."""
