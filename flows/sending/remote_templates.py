"""Whether phones show what was approved: the template's text there beside ours, and the way it goes.

A marketing template goes by `/marketing_messages`, whose terms the account accepts, and where Meta may alter
what it shows; or by `/messages`, which takes it until 13 October 2027 and alters nothing. Sources: Meta's
pages "Send Marketing Messages" and "Onboarding" of the Marketing Messages API, and "Route template messages".
"""

from collections.abc import Mapping
from datetime import date

from db.models import AccountWord, Template
from flows.bulletin.language.dates import giorno_ora
from flows.sending.checks import NOTHING_SAID, Check, Verdict
from flows.whatsapp.account import ONBOARDED
from flows.whatsapp.account_templates import TemplateState
from flows.whatsapp.errors import OTHER_WAY_ENDS
from flows.whatsapp.messages import Category
from flows.whatsapp.templates import TemplateDefinition, altered, differences

_OTHER_WAY = "parte dall'altra via di WhatsApp, che lo accetta fino al 13 ottobre 2027"
_OPERATOR = "chi gestisce il servizio"
_HOW = "in WhatsApp Manager, o con `python -m flows templates submit`"


def way(category: Category, terms: str | None, state: TemplateState | None, day: date) -> Category:
    """By which of the two ways a template goes, as the category that takes it; `terms`: None if not told."""
    if category != "MARKETING" or day >= OTHER_WAY_ENDS:
        return category
    is_altered = state is not None and bool(altered(state.alterations))
    return "UTILITY" if is_altered or (terms or ONBOARDED) != ONBOARDED else "MARKETING"


def check_text(
    wanted: TemplateDefinition,
    button_url_base: str,
    state: TemplateState | None,
    last: Template | None = None,
) -> Check:
    """`last`: what a webhook told of an edit, which stands in where the provider does not answer."""
    name = "Testo del modello"
    if state is None or state.components is None:
        words = "WhatsApp non ha detto il testo che mostra: non si può confrontare con il nostro."
        if last is None or not last.unlike or last.text_at is None:
            return Check(name, Verdict.unknown, words)
        edited = f"{words} L'ultima modifica ({giorno_ora(last.text_at)}) non era uguale: {last.unlike}."
        return Check(name, Verdict.attention, edited)
    if unlike := differences(wanted, button_url_base, state.components):
        words = (
            f"Su WhatsApp il modello {wanted.name} non è come qui: {', '.join(unlike)}. Chi riceve "
            f"leggerebbe altro da ciò che è stato approvato: {_OPERATOR} lo corregga {_HOW}."
        )
        return Check(name, Verdict.refused, words)
    return Check(name, Verdict.good, "Su WhatsApp è come qui: titolo, testo, piede e pulsante.")


def check_alterations(state: TemplateState | None, day: date, *, is_alert: bool) -> Check:
    """Of a marketing template: whether Meta may make headlines and the like out of what was approved."""
    name = "Aspetto del messaggio"
    if state is None or not state.alterations:
        return Check(name, Verdict.unknown, "WhatsApp non ha detto se può cambiare l'aspetto dei messaggi.")
    on = altered(state.alterations)
    if not on:
        return Check(name, Verdict.good, "WhatsApp non lo cambia: le sue ottimizzazioni sono disattivate.")
    words = f"WhatsApp può cambiarlo da sé ({', '.join(on)})"
    remedy = f"{_OPERATOR} disattivi le ottimizzazioni del modello {_HOW}."
    if day < OTHER_WAY_ENDS:
        return Check(name, Verdict.attention, f"{words}: {_OTHER_WAY} e non lo cambia; {remedy}")
    return Check(name, Verdict.attention if is_alert else Verdict.refused, f"{words}: {remedy}")


def check_terms(
    terms: str | None,
    trouble: str,
    day: date,
    last_words: Mapping[str, AccountWord] = NOTHING_SAID,
    *,
    is_alert: bool,
) -> Check:
    """Of a marketing template: whether the terms of its API are accepted (Meta answers 134102 if not)."""
    name = "Condizioni dei messaggi promozionali"
    if terms is None:
        words = f"WhatsApp non ha detto se sono accettate ({trouble or 'non dichiarato'})."
        if (signed := last_words.get("terms")) is not None:
            words = f"{words} Le aveva dette accettate {giorno_ora(signed.said_at)}."
        return Check(name, Verdict.unknown, words)
    if terms == ONBOARDED:
        return Check(name, Verdict.good, "Accettate.")
    words = f"Non sono accettate, o l'account non è pronto (per WhatsApp è {terms})"
    remedy = f"{_OPERATOR} le accetti in WhatsApp Manager."
    if day < OTHER_WAY_ENDS:
        return Check(name, Verdict.attention, f"{words}: il messaggio {_OTHER_WAY}; {remedy}")
    return Check(name, Verdict.attention if is_alert else Verdict.refused, f"{words}: {remedy}")
