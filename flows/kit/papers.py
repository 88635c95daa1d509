"""The papers that a Comune needs before it opens the service, with what the profile knows in their places.

What it does not know stands in square brackets, and who has to say it beside: nothing is invented, and
nothing here is legal advice. `deployments/kit/` holds their texts; register, notice and terms are those that
the program itself uses.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from flows.bulletin.language.dates import in_rome
from flows.kit import launch
from flows.privacy import register
from flows.profiles import documents
from flows.profiles.places import TO_FILL, fill_words
from flows.settings import ROOT, BollettinoError, Settings
from flows.web.ground import texts
from flows.web.pages.documents import DOCUMENTS
from flows.web.pages.subscribe import chat_link

TEXTS = ROOT / "deployments" / "kit"
POSTER = "manifesto.html"


class KitError(BollettinoError):
    """The papers cannot be written where they were asked for."""


def papers(settings: Settings, *, subscribers: int, expected: int, now: datetime) -> dict[str, str]:
    """Text by file name. `subscribers` are there today, `expected` is what costs are reckoned for."""
    words = {**_words(settings, now), **launch.words(settings, expected)}
    filled = {
        path.name: fill_words(path.read_text(encoding="utf-8"), words) for path in sorted(TEXTS.glob("*.md"))
    }
    return {
        **filled,
        "registro.md": register.report(settings, subscribers=subscribers, now=now),
        "informativa.md": DOCUMENTS["informativa"].text(settings),
        "condizioni.md": DOCUMENTS["condizioni"].text(settings),
        POSTER: poster(settings),
    }


def poster(settings: Settings) -> str:
    """One A4 page to print: how to subscribe, with the number and a code that opens the chat."""
    page = Environment(autoescape=True, undefined=StrictUndefined).from_string(
        (TEXTS / POSTER).read_text(encoding="utf-8")
    )
    return page.render(
        comune=settings.words["comune"],
        prova=settings.profile.prova,
        lines=texts.page_lines(settings, "manifesto"),
        chat=chat_link(settings),
        public=settings.profile.servers.public,
        without_whatsapp=texts.page_text(settings, "senza_whatsapp"),
    )


def write(folder: Path, contents: Mapping[str, str]) -> None:
    """Each under its name. KitError where one is there already: a person may have filled it in."""
    there = sorted(name for name in contents if (folder / name).exists())
    if there:
        raise KitError(f"{folder}: {', '.join(there)} already there; name a new folder, nothing was written")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in contents.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as exc:
        raise KitError(f"{folder}: cannot be written ({exc.strerror or exc})") from exc


def _words(settings: Settings, now: datetime) -> dict[str, str]:
    profile = settings.profile
    mail = profile.mail
    return {
        **settings.words,
        **profile.privacy.words,
        "cartella_testi": str(documents.folder(settings.path)),
        "oggi": f"{in_rome(now):%d.%m.%Y}",
        "approvatori": "una persona" if profile.approvals == 1 else "due persone diverse",
        "redattori": ", ".join(editor.name for editor in profile.editors),
        "gestore": (mail.operator if mail else None) or TO_FILL,
        "modello": ", e un modello linguistico che propone testi" if profile.llm else "",
        "copie_dove": _where_copies_lie(settings),
        "copie_giorni": f"{profile.backup.keep_days} giorni" if profile.backup else TO_FILL,
        "fornitori": "\n".join(_processors(settings)),
    }


def _where_copies_lie(settings: Settings) -> str:
    backup = settings.profile.backup
    if backup is None:
        return TO_FILL
    places = ["un altro disco", *([backup.offsite.place] if backup.offsite else [])]
    return f"{'; '.join(places)}: cifrate, anche per chi le custodisce"


def _processors(settings: Settings) -> Iterator[str]:
    """Rows of a Markdown table: who sees what, by which paper, and who has to confirm it."""
    profile = settings.profile
    if profile.channel.uses_api:
        yield (
            "| Meta, o il fornitore della piattaforma WhatsApp Business | numeri, testi, esiti "
            "| condizioni e Data Processing Terms | DPO |"
        )
    if profile.channel.uses_lists:
        yield "| WhatsApp sul telefono del servizio | i numeri in rubrica | condizioni dell'app | DPO |"
    for provider in profile.privacy.providers or [f"chi ospita il programma: {TO_FILL}"]:
        yield f"| {provider} | secondo il contratto | nomina | ufficio contratti, DPO |"
    if profile.mail:
        yield (
            "| chi gestisce la posta | indirizzi della redazione, testi dei bollettini; nessun numero di "
            "cittadini | nomina, se esterno | DPO |"
        )
    if profile.backup and profile.backup.offsite:
        yield (
            f"| chi custodisce le copie fuori dalla macchina ({profile.backup.offsite.place}) | niente: sono "
            "cifrate, e la chiave è del Comune | nomina; se è fuori dallo Spazio economico europeo, "
            "garanzie (GDPR, articoli 44-49) | DPO |"
        )
    if profile.sms:
        yield "| chi invia gli SMS | telefoni di chi è di turno | nomina | DPO |"
    if profile.llm:
        yield "| modello linguistico | testi pubblici del sito, senza recapiti | contratto | DPO |"
