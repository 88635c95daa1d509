"""The account at WhatsApp: its key, number, templates and limit, and whether anything comes back from it."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from db import audience_limits, provider, recipients
from db.engine import reading
from flows.bulletin.language.dates import giorno, in_rome
from flows.doctor.finding import Case, Check, Said, attention, failed, good, left_out, unknown
from flows.doctor.reader import reader
from flows.sending import checks
from flows.sending.provider import account_headers
from flows.settings import Settings
from flows.whatsapp import versions
from flows.whatsapp.account import ask_app, ask_listeners, ask_number, ask_token
from flows.whatsapp.account_templates import ask_template, listed
from flows.whatsapp.errors import NowhereError, Retryable, TokenError, WhatsAppError

GROUP = "WhatsApp"
BY_HAND = "Niente parte dall'API: il profilo fa inviare a mano."
RENEWAL = "fai un altro token dell'utente di sistema, mettilo in BOLLETTINO_WHATSAPP_TOKEN e riavvia"
AT_META = "guarda il numero nelle impostazioni di WhatsApp presso Meta"
TEMPLATES = "`python -m flows templates plan`, che dice che cosa fare di ognuno"
SUBSCRIBE = "iscrivi la tua app: `POST /<account>/subscribed_apps`, il manuale, «WhatsApp at Meta»"
MORE = "chiedi a Meta un limite più alto prima che serva"
NO_END_TOLD = "WhatsApp accetta la chiave; quando scade non lo dice, e non si sa."
EXPIRY = timedelta(days=30)  # before a token ends
IN_REVIEW = frozenset({"PENDING", "IN_APPEAL"})
NEARLY = 0.8  # of the limit


def _with_api(look: Callable[[Case], Said | list[Said]]) -> Callable[[Case], Said | list[Said]]:
    """Where a person sends everything by hand nobody has an account to look at."""

    def looked(case: Case) -> Said | list[Said]:
        return look(case) if case.settings.profile.channel.uses_api else left_out(BY_HAND)

    return looked


@_with_api
def token(case: Case) -> Said:
    """Whether it is taken, and until when. Another provider of the same API tells no end."""
    settings = case.settings
    whatsapp = settings.profile.whatsapp
    try:
        ask_number(whatsapp.base, whatsapp.phone_number_id, account_headers(settings))
    except TokenError as exc:
        return failed("WhatsApp non accetta la chiave: non parte niente.", RENEWAL, detail=str(exc))
    except WhatsAppError as exc:
        return unknown(
            "WhatsApp non ha risposto.", "riprova; se dura, controlla `api` nel profilo", detail=str(exc)
        )
    try:
        until = token_end(settings)
    except TokenError as exc:
        return failed("La chiave non vale più: non parte niente.", RENEWAL, detail=str(exc))
    except NowhereError:  # another provider under an address with a version
        return good(NO_END_TOLD)
    except WhatsAppError as exc:
        return unknown("Fino a quando vale la chiave WhatsApp non l'ha detto.", "riprova", detail=str(exc))
    if until is None:
        return good("WhatsApp accetta la chiave, che non scade.")
    words = f"La chiave scade {giorno(until)} {in_rome(until).year}."
    return attention(words, RENEWAL) if until - case.now < EXPIRY else good(words)


def token_end(settings: Settings) -> datetime | None:
    """None for a token without an end. NowhereError where it is another provider, who tells none."""
    whatsapp = settings.profile.whatsapp
    if not whatsapp.api_version:
        raise NowhereError("no version in the path: another provider's")
    secret = settings.secrets.whatsapp_token.get_secret_value()
    return ask_token(whatsapp.base, secret, account_headers(settings))


@_with_api
def version(case: Case) -> Said:
    at = case.settings.profile.whatsapp.api_version
    if not at:
        return left_out("Di un altro fornitore: nessuna versione nel percorso.")
    remedy = "scrivine una più nuova in whatsapp.api_version del profilo, e prova un invio"
    if not versions.is_known(at):
        return unknown(f"Fino a quando risponde {at} questo programma non lo sa.", "aggiorna il programma")
    left = versions.days_left(at, in_rome(case.now).date())
    if left is None:
        return good(f"{at}: nessuna fine annunciata.")
    if left < 0:
        return failed(f"{at} non risponde più da {-left} giorni.", remedy)
    words = f"{at} risponde ancora per {left} giorni."
    return attention(words, remedy) if left < versions.NOTICE.days else good(words)


@_with_api
def number(case: Case) -> Said:
    settings = case.settings
    whatsapp = settings.profile.whatsapp
    state, trouble = None, ""
    try:
        state = ask_number(whatsapp.base, whatsapp.phone_number_id, account_headers(settings))
    except WhatsAppError as exc:
        trouble = str(exc)
    seen = checks.check_number(state, "WhatsApp non li dice" if trouble else "")
    return _said(seen, AT_META, detail=trouble)


@_with_api
def templates(case: Case) -> Said:
    """All of ours at once: the first that is not answered stands for those that come after it."""
    settings = case.settings
    whatsapp, headers = settings.profile.whatsapp, account_headers(settings)
    bad: list[checks.Check] = []
    for wanted in settings.templates.values():
        try:
            state = ask_template(whatsapp.base, whatsapp.waba_id, wanted.name, whatsapp.language, headers)
        except Retryable as exc:
            return unknown("WhatsApp non ha detto come stanno i modelli.", "riprova", detail=str(exc))
        except WhatsAppError as exc:
            return unknown("WhatsApp non mostra i modelli.", "guarda prima la riga «Chiave»", detail=str(exc))
        seen = checks.check_template(wanted, state, "")
        if seen.verdict != checks.Verdict.good:
            bad.append(seen)
    if not bad:
        return good(f"I {len(settings.templates)} modelli sono approvati.")
    words = " ".join(f"{seen.name}: {seen.words}" for seen in bad)
    is_refused = any(seen.verdict == checks.Verdict.refused for seen in bad)
    return failed(words, TEMPLATES) if is_refused else attention(words, TEMPLATES)


@_with_api
def often_asked_templates(case: Case) -> Said:
    """Whether one that we had is stopped or gone: all in one question, for who asks every few minutes. What
    is in review waits for Meta, and a person submitted it.
    """
    settings = case.settings
    whatsapp = settings.profile.whatsapp
    try:
        states = {
            state.name: state
            for state in listed(whatsapp.base, whatsapp.waba_id, account_headers(settings))
            if state.language == whatsapp.language
        }
    except WhatsAppError as exc:
        return unknown("WhatsApp non mostra i modelli.", "guarda prima la riga «Chiave»", detail=str(exc))
    wanted = list(settings.templates.values())
    if not any(one.name in states for one in wanted):
        return left_out("Nessun modello è ancora presso WhatsApp.")
    seen = [
        checks.check_template(one, states.get(one.name), "")
        for one in wanted
        if not (one.name in states and states[one.name].status in IN_REVIEW)
    ]
    words = " ".join(f"{one.name}: {one.words}" for one in seen if one.verdict == checks.Verdict.refused)
    return failed(words, TEMPLATES) if words else good("Nessun modello è fermo.")


@_with_api
def limit(case: Case) -> Said:
    """Different people in 24 hours, against how many subscribe: a bulletin goes to all of them."""
    settings = case.settings
    whatsapp = settings.profile.whatsapp
    state = None
    with suppress(WhatsAppError):  # what its webhooks said last stands in
        state = ask_number(whatsapp.base, whatsapp.phone_number_id, account_headers(settings))
    with reader(settings) as engine, reading(engine) as session:
        people = recipients.subscribed(session)
        known, _ = checks.limit_of(state, provider.account_words(session))
    if known is None or not known.is_limit_known:
        return unknown(f"{people} iscritti; quante persone al giorno permette WhatsApp non si sa.", AT_META)
    if known.limit is None:
        return good(f"{people} iscritti; WhatsApp non pone limiti.")
    words = f"{people} iscritti, limite {known.limit} persone in 24 ore."
    if people > known.limit:
        return failed(f"{words} Un bollettino non parte per tutti.", MORE)
    return attention(words, MORE) if people > NEARLY * known.limit else good(words)


@_with_api
def subscribed(case: Case) -> Said:
    """Whether the account's webhooks go to our app, and to our address. A webhook that is set up in the app
    and passes its test brings nothing while the app is not subscribed to the account.
    """
    settings = case.settings
    whatsapp, headers = settings.profile.whatsapp, account_headers(settings)
    if not whatsapp.api_version:
        return left_out("Di un altro fornitore: a chi manda gli avvisi lo sa lui.")
    try:
        ours = ask_app(whatsapp.base, settings.secrets.whatsapp_token.get_secret_value(), headers)
        listeners = ask_listeners(whatsapp.base, whatsapp.waba_id, headers)
    except NowhereError:
        return left_out("Di un altro fornitore: a chi manda gli avvisi lo sa lui.")
    except WhatsAppError as exc:
        words = "A chi manda gli avvisi WhatsApp non l'ha detto."
        return unknown(words, "guarda prima la riga «Chiave»", detail=str(exc))
    if not listeners:
        return failed("Nessuna app è iscritta all'account: non torna niente, nemmeno i DISATTIVA.", SUBSCRIBE)
    chosen = [one for one in listeners if ours in (None, one.app_id)]
    if not chosen:
        return attention("All'account è iscritta un'altra app, non quella della chiave.", SUBSCRIBE,
                         detail=", ".join(one.app_id for one in listeners))  # fmt: skip
    wanted = f"{settings.profile.servers.public}/webhook"
    elsewhere = [one.callback for one in chosen if one.callback not in (None, wanted)]
    if elsewhere and len(elsewhere) == len(chosen):
        return attention("Gli avvisi di questo account vanno a un indirizzo che non è il nostro.",
                         "toglilo dall'iscrizione presso Meta, se non è voluto",
                         detail=", ".join(map(str, elsewhere)))  # fmt: skip
    if ours is None:
        return good("Un'app è iscritta all'account; se è la nostra WhatsApp non lo dice.")
    return good("La nostra app è iscritta all'account.")


@_with_api
def returns(case: Case) -> Said:
    """Whether receipts of the last send came back: a DISATTIVA takes the same way."""
    settings = case.settings
    with reader(settings) as engine, reading(engine) as session:
        last = audience_limits.last_sent(session)
        if last is None:
            return left_out("Non è ancora partito niente.")
        seen = checks.check_webhook(
            (last.id, last.sent_at or last.status_at),
            audience_limits.heard_of(session, last),
            case.now,
            is_alert=False,
            was_heard=audience_limits.was_heard(session, last),
            kept=timedelta(days=settings.profile.privacy.receipt_days),
        )
    return _said(seen, "guarda il webhook presso Meta, e la riga «Eco da fuori»")


def _said(seen: checks.Check, remedy: str, *, detail: str = "") -> Said:
    """A check before a send, as a result here."""
    if seen.verdict == checks.Verdict.good:
        return good(seen.words)
    kinds = {checks.Verdict.attention: attention, checks.Verdict.refused: failed}
    return kinds.get(seen.verdict, unknown)(seen.words, remedy, detail=detail)


CHECKS = (
    Check("whatsapp.token", GROUP, "Chiave", token, needs_network=True),
    Check("whatsapp.version", GROUP, "Versione dell'API", version),
    Check("whatsapp.number", GROUP, "Numero", number, needs_network=True),
    Check("whatsapp.templates", GROUP, "Modelli", templates, needs_network=True),
    Check("whatsapp.limit", GROUP, "Limite", limit, needs_network=True),
    Check("whatsapp.subscribed", GROUP, "Iscrizione agli avvisi", subscribed, needs_network=True),
    Check("whatsapp.returns", GROUP, "Ritorno", returns),
)
