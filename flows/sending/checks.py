"""The checks before a send, each from what was seen to a verdict and an Italian sentence; nothing is asked.

A check that cannot be made says "non verificato", never that all is well. An alert is held by what would make
its send wrong (a restored database, a dead token, a template that is not there), not by what makes it dear.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from db.models import AccountWord, HandoverKind, Template
from flows.bulletin.language.dates import giorno_ora
from flows.bulletin.language.markdown import escaped
from flows.bulletin.status import counted
from flows.profiles.whatsapp import Prices
from flows.sending.costs import UNKNOWN, Month, euros
from flows.sending.witness import Heard
from flows.whatsapp.account import NumberState
from flows.whatsapp.account_templates import USABLE, TemplateState
from flows.whatsapp.changes import PARTNERS, TERMS_SIGNED
from flows.whatsapp.messages import Category
from flows.whatsapp.templates import TemplateDefinition

IN_PARTS = " Oppure parte a scaglioni,"  # what an editor may choose where a day has no room for all
DAYS_IN_FORCE = 3  # of a text: parts that leave a day apart (`hold.AT_MOST`)
SILENCE = timedelta(minutes=10)  # a receipt takes seconds; less than this proves nothing
LOW = {"RED": "ROSSA", "YELLOW": "gialla"}
QUALITIES = {"GREEN": "verde (la più alta)", "UNKNOWN": "non ancora misurata"}
STANDINGS = {"CONNECTED": "collegato"}  # Meta has others; such a word is shown as it is
CATEGORIES = {"MARKETING": "promozionale", "UTILITY": "di servizio"}
HARMLESS = PARTNERS | {"UNFLAGGED", "VERIFIED_ACCOUNT", "ACCOUNT_RECONNECTED", TERMS_SIGNED}  # of webhooks
SITE = "Notizie sul sito"
QUOTA = "Limite di 24 ore"
WITNESS = "Copia del database"
FINAL = (WITNESS,)  # no person overrides these: `witness --accept-by` has an operator look at what happened
NOTHING_SAID: Mapping[str, AccountWord] = {}
BLOCKED = ("FLAGGED", "RESTRICTED", "BANNED", "DISCONNECTED", "RATE_LIMITED", "DELETED", "UNVERIFIED")


class Verdict(StrEnum):
    good = "a posto"
    attention = "attenzione"
    refused = "NON PARTE"
    unknown = "non verificato"
    moot = "non serve"


@dataclass(frozen=True)
class Check:
    name: str
    verdict: Verdict
    words: str

    def __str__(self) -> str:
        return f"{self.name}: {self.verdict}. {self.words}"

    @property
    def sentence(self) -> str:
        """Without the verdict, where that is plain."""
        return f"{self.name}: {self.words}"


@dataclass(frozen=True)
class Preflight:
    """Every check of one send, in the order they were made."""

    checks: tuple[Check, ...]
    way: Category | None = None  # by which a template goes; None: by that of its category
    room: int | None = None  # how many of its people have room today; None: no limit, or it is not known

    @property
    def refusals(self) -> list[str]:
        return [check.sentence for check in self._refused]

    @property
    def final(self) -> list[str]:
        """Of the refusals those that nobody overrides."""
        return [check.sentence for check in self._refused if check.name in FINAL]

    @property
    def _refused(self) -> list[Check]:
        return [check for check in self.checks if check.verdict == Verdict.refused]

    @property
    def doubts(self) -> list[str]:
        """What a person should read although the send goes on."""
        return [str(check) for check in self.checks if check.verdict in (Verdict.attention, Verdict.unknown)]

    @property
    def markdown(self) -> str:
        rows = [f"| {check.name} | {check.verdict} | {escaped(check.words)} |" for check in self.checks]
        return "\n".join(["| Controllo | Esito | Che cosa abbiamo visto |", "| --- | --- | --- |", *rows])


def check_witness(heard: Heard, ours: int, lost: str = "") -> Check:
    """`lost`: what the journal of consent lacks (`witness.lost_words`)."""
    name = WITNESS
    if lost:
        words = (
            f"{lost} Rimetti il registro che c'era; solo se non esiste più, una persona conferma con "
            "`python -m flows witness --accept-by NOME --without-journal`."
        )
        return Check(name, Verdict.refused, words)
    if heard.is_ahead_of(ours):
        words = (
            f"Il database sembra ripristinato da una copia: conosce {ours} partenze, ma la partenza "
            f"{heard.latest} c'è stata. Chi ha già ricevuto un messaggio potrebbe riceverlo due volte: "
            "controlla, poi conferma con `python -m flows witness --accept-by NOME`."
        )
        return Check(name, Verdict.refused, words)
    unread = "; ".join(heard.unread)
    if not heard.asked:
        return Check(name, Verdict.unknown, f"Il conto delle partenze fuori dal database manca: {unread}.")
    if heard.latest is None and ours:
        words = f"Il database conosce {ours} partenze, fuori non ce n'è traccia: non si può confrontare."
        return Check(name, Verdict.unknown, words)
    if unread:
        words = f"Invii già partiti: {ours}, per quanto si è potuto leggere ({unread})."
        return Check(name, Verdict.attention, words)
    return Check(name, Verdict.good, f"Invii già partiti: {ours}, lo stesso numero nel database e fuori.")


def check_address(trouble: str, *, is_alert: bool) -> Check:
    """Of an API that knows neither our number nor our account, and says so in nobody's words."""
    name, words = "Indirizzo di WhatsApp", f"All'indirizzo del profilo non risponde WhatsApp ({trouble})."
    if is_alert:
        return Check(name, Verdict.attention, f"{words} È un'allerta: si prova lo stesso.")
    words = f"{words} Chi gestisce il servizio controlli `api` e `api_version` nel profilo."
    return Check(name, Verdict.refused, words)


def check_token(trouble: str, is_dead: bool) -> Check:
    name = "Chiave di accesso a WhatsApp"
    if is_dead:
        words = f"WhatsApp non accetta la chiave ({trouble}): chi gestisce il servizio deve rinnovarla."
        return Check(name, Verdict.refused, words)
    if trouble:
        return Check(name, Verdict.unknown, f"WhatsApp non ha risposto alla domanda ({trouble}).")
    return Check(name, Verdict.good, "WhatsApp la accetta.")


def check_template(
    wanted: TemplateDefinition, state: TemplateState | None, trouble: str, last: Template | None = None
) -> Check:
    """The provider's template beside ours: approved, of the category and time to live that we submitted.

    `last`: what its webhooks said of it, which stands in where it does not answer.
    """
    name = f"Modello {wanted.name}"
    if trouble:
        words = f"WhatsApp non ha detto in che stato è ({trouble})."
        if last is None or last.status_at is None:
            return Check(name, Verdict.unknown, words)
        words = f"{words} L'ultima volta ({giorno_ora(last.status_at)}) lo dava come {last.status}."
        return Check(name, Verdict.unknown if last.status in USABLE else Verdict.attention, words)
    if state is None:
        return Check(name, Verdict.refused, "WhatsApp non ha questo modello: va inviato e approvato.")
    if state.status not in USABLE:
        return Check(
            name, Verdict.refused, f"Per WhatsApp è {state.status}: con questo stato non parte niente."
        )
    remarks = ["per WhatsApp è a rischio di sospensione (FLAGGED)"] if state.status == "FLAGGED" else []
    if state.category != wanted.category:
        remarks.append(f"WhatsApp lo considera {state.category}, lo avevamo chiesto {wanted.category}")
    if state.ttl_seconds is not None and state.ttl_seconds != wanted.ttl_seconds:
        remarks.append(f"dura {state.ttl_seconds} secondi, ne avevamo chiesti {wanted.ttl_seconds}")
    quality = state.quality or (last.quality if last else None)
    if quality in LOW:
        remarks.append(f"la sua qualità è {LOW[quality]}: molti lo segnalano, WhatsApp può sospenderlo")
    if remarks:
        return Check(name, Verdict.attention, f"Approvato, ma {' e '.join(remarks)}.")
    return Check(
        name, Verdict.good, f"Approvato, categoria {CATEGORIES.get(state.category, state.category)}."
    )


def check_number(
    state: NumberState | None, trouble: str, last_words: Mapping[str, AccountWord] = NOTHING_SAID
) -> Check:
    """`last_words`: by matter, what its webhooks said, which stands in where it does not answer."""
    name = "Numero del servizio"
    if state is None or (state.quality is None and state.status is None):
        words = f"Qualità e stato non si sanno ({trouble or 'non dichiarati'})."
        last = [last_words[matter] for matter in ("quality", "account", "alert") if matter in last_words]
        if not last:
            return Check(name, Verdict.unknown, words)
        quoted = ", ".join(f"{row.word} ({giorno_ora(row.said_at)})" for row in last)
        is_well = all(row.word in HARMLESS for row in last)
        words = f"{words} L'ultima volta WhatsApp aveva detto: {quoted}."
        return Check(name, Verdict.unknown if is_well else Verdict.attention, words)
    if state.status in BLOCKED:
        return Check(name, Verdict.refused, f"WhatsApp lo dà come {state.status}.")
    if state.quality in LOW:
        words = (
            f"La qualità è {LOW[state.quality]}: molti ci bloccano o segnalano. "
            "Altri invii così riducono il limite."
        )
        return Check(name, Verdict.attention, words)
    status = STANDINGS.get(state.status or "", f"stato {state.status or 'non detto'}")
    quality = f"qualità {QUALITIES.get(state.quality or '', state.quality or 'non detta')}"
    return Check(name, Verdict.good, f"{status[:1].upper()}{status[1:]}, {quality}.")


@dataclass(frozen=True)
class Reach:
    """People counted against the limit of moving 24 hours."""

    to_write: int  # of this send
    new: int  # of them, not written to in the last 24 hours
    recent: int  # written to in the last 24 hours
    joined: int  # subscribers who came in the last 7 days
    room_at: datetime | None = None  # when there is room for all; None: no waiting helps, or there is room

    def within(self, limit: int) -> int:
        """How many of this send's people have room: who was written to counts already, and in what order they
        stand is not known, so that these are counted on only where all have room.
        """
        left = max(0, limit - self.recent)
        return left + self.to_write - self.new if self.new <= left else left


def limit_of(
    state: NumberState | None, last_words: Mapping[str, AccountWord] = NOTHING_SAID
) -> tuple[NumberState | None, str]:
    """Our number with the limit it is held against, and in brackets from when that is, if not from now."""
    last = last_words.get("tier")
    if (state is None or not state.is_limit_known) and last is not None:
        return NumberState(None, None, last.word), f" (detto da WhatsApp {giorno_ora(last.said_at)})"
    return state, ""


def check_quota(state: NumberState | None, reach: Reach, *, is_alert: bool, since: str = "") -> Check:
    """Different people in moving 24 hours; the growth of a week tells a week ahead when it is not enough.

    `state`, `since`: of `limit_of`.
    """
    name = QUOTA
    count = counted(reach.to_write, "destinatario", "destinatari")
    if state is None or not state.is_limit_known:
        return Check(name, Verdict.unknown, f"{count}; quante persone al giorno permette WhatsApp non si sa.")
    limit = state.limit
    if limit is None:
        return Check(name, Verdict.good, f"{count}; WhatsApp non pone limiti a questo numero.")
    left = max(0, limit - reach.recent)
    seen = f"{count}, {reach.recent} persone già raggiunte in 24 ore, limite {limit}{since}"
    if reach.new > left:
        words = f"{seen}: ne restano {left}, mancherebbero in {reach.new - left}."
        if is_alert:
            return Check(name, Verdict.attention, f"{words} È un'allerta: parte lo stesso, fin dove si può.")
        if reach.room_at is not None:
            room = f"C'è posto per tutti da {giorno_ora(reach.room_at)}; prima serve un limite più alto."
        else:
            room = "Aspettare non basta: chi gestisce il servizio deve chiedere un limite più alto."
        return Check(name, Verdict.refused, f"{words} {room}{_in_parts(reach, left, limit)}")
    if reach.recent + reach.new + reach.joined > limit:
        words = (
            f"{seen}: oggi basta. Con {reach.joined} iscritti in più a settimana, fra una settimana no: "
            "chi gestisce il servizio chieda ora un limite più alto."
        )
        return Check(name, Verdict.attention, words)
    return Check(name, Verdict.good, f"{seen}.")


def _in_parts(reach: Reach, left: int, limit: int) -> str:
    """What an editor may choose instead; "" where nobody can be written to today."""
    if not left or not limit:
        return ""
    days = 1 + -(-(reach.new - left) // limit)
    words = f"{IN_PARTS} in {days} giorni: oggi fino a {left} persone, le altre nei giorni dopo"
    beyond = reach.new - left - (DAYS_IN_FORCE - 1) * limit
    if beyond > 0:
        words += f"; dopo {DAYS_IN_FORCE} giorni il testo non vale più, e ne resterebbero fuori {beyond}"
    return f"{words}. Si sceglie in «riprendi»."


def check_lists(kind: HandoverKind, people: int, size: int) -> Check:
    """What a person will have to send by hand."""
    name = "Invio a mano"
    if kind == HandoverKind.channel:
        return Check(name, Verdict.good, "Una persona lo pubblica nel canale WhatsApp e lo dichiara.")
    lists = counted(-(-people // size), "lista", "liste")
    words = f"{people} destinatari in {lists} da {size} numeri al massimo."
    return Check(name, Verdict.good, words)


def check_webhook(
    last: tuple[int, datetime] | None,
    heard: datetime | None,
    now: datetime,
    *,
    is_alert: bool,
    was_heard: bool = False,
    kept: timedelta = timedelta.max,
) -> Check:
    """Whether anything came back since the `last` send (its bulletin and moment).

    `kept`: for how long receipts are; after that, as after the summer's pause, `was_heard` tells whether any
    came, and where nothing tells it nothing is held against the webhook.
    """
    name = "Ritorno da WhatsApp"
    if last is None:
        return Check(name, Verdict.unknown, "È il primo invio: se le ricevute arrivano si vedrà dopo.")
    bulletin_id, sent_at = last
    bulletin, when = f"numero {bulletin_id}", giorno_ora(sent_at)
    if heard is not None:
        words = f"Dopo l'invio {bulletin} sono arrivate le ricevute ({giorno_ora(heard)})."
        return Check(name, Verdict.good, words)
    if was_heard:
        return Check(name, Verdict.good, f"Dell'invio {bulletin}, l'ultimo, erano arrivate le ricevute.")
    if now - sent_at > kept:
        words = f"L'invio {bulletin} è partito {when}: le sue ricevute non si conservano più."
        return Check(name, Verdict.unknown, words)
    if now - sent_at < SILENCE:
        return Check(name, Verdict.unknown, f"L'invio {bulletin} è appena partito: è presto per le ricevute.")
    words = (
        f"Dall'invio {bulletin} ({when}) non è arrivato niente, nemmeno una ricevuta: un DISATTIVA non "
        "ci arriverebbe."
    )
    if is_alert:
        return Check(name, Verdict.attention, f"{words} È un'allerta: parte lo stesso.")
    return Check(name, Verdict.refused, f"{words} Chi gestisce il servizio controlli il webhook.")


def check_ceiling(prices: Prices | None, month: Month, cost: Decimal | None, *, is_bulletin: bool) -> Check:
    """The month's money: what it cost so far and this send, against the profile's ceiling."""
    name = "Costo"
    if prices is None or cost is None:
        unpriced = f"Il costo di questo invio è {UNKNOWN}: manca il prezzo nel profilo."
        if prices is None or prices.month_ceiling is None:
            return Check(name, Verdict.unknown, unpriced)
        return Check(name, Verdict.unknown, f"{unpriced} Il tetto del mese non si può controllare.")
    this, spent = euros(cost, prices.currency), euros(month.amount, prices.currency)
    so_far = f"Questo invio circa {this}, nel mese finora {spent}"
    unsure = f" ({month.unpriced} messaggi senza prezzo non contati)" if month.unpriced else ""
    if prices.month_ceiling is None:
        return Check(name, Verdict.good, f"{so_far}{unsure}; non è impostato nessun limite di spesa.")
    ceiling = f"tetto {euros(prices.month_ceiling, prices.currency)}"
    if month.amount + cost <= prices.month_ceiling:
        verdict = Verdict.attention if unsure else Verdict.good
        return Check(name, verdict, f"{so_far}{unsure}, {ceiling}.")
    if is_bulletin:
        return Check(name, Verdict.refused, f"{so_far}{unsure}: si supera il {ceiling}.")
    return Check(
        name, Verdict.attention, f"{so_far}{unsure}: si supera il {ceiling}, che non ferma le allerte."
    )


class Matter(StrEnum):
    """What of a message can be read again before it leaves."""

    pages = "Rilette adesso: dopo l'approvazione non sono cambiate."
    alert = (
        "Nessuna pagina da rileggere: ciò che il testo dice dell'allerta vale ancora, secondo l'ultima "
        "lettura delle fonti."
    )
    correction = (
        "La pagina si rilegge quando si approva, non adesso: il testo è di chi l'ha scritto. Il messaggio "
        "rimanda alla pagina: guardate che dica lo stesso."
    )
    own_words = "Nessuna pagina da rileggere: il testo è di chi l'ha scritto."


READ = {Matter.correction: Verdict.attention, Matter.own_words: Verdict.moot}


def check_site(held: Sequence[str] | None, matter: Matter = Matter.pages) -> Check:
    """`held`: what the pages say otherwise by now; None when they were not read again."""
    name = SITE
    if held is None and matter not in (Matter.own_words, Matter.correction):
        return Check(name, Verdict.unknown, "Le pagine si rileggono alla partenza.")
    if held:
        return Check(name, Verdict.attention, f"Da sapere: {' '.join(held)}")
    return Check(name, READ.get(matter, Verdict.good), matter.value)
