"""What ends on a day, or grows old: token, certificates, secret of the Comune's provider, keys, domain.

A date that can be known is asked for; of one that cannot it is said where a person finds it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlsplit

from sqlmodel import Session

from db import canary
from flows.bulletin.language.dates import in_rome
from flows.doctor import public, whatsapp
from flows.profiles.contacts import is_loopback
from flows.settings import Settings
from flows.whatsapp.errors import NowhereError, WhatsAppError

AT_META = "impostazioni dell'azienda in Meta, utenti di sistema, il token in uso"
AT_FRONT = "il lucchetto del browser a quell'indirizzo, o chi gestisce il web server che sta davanti"
AT_DOMAIN = "il whois del registro, e il contratto con chi lo rinnova"
IN_SAFE = "il giorno scritto accanto alla copia delle chiavi"
NOT_ASKED = "la rete è esclusa (--offline)"


@dataclass
class Endings:
    """`unknown`: sentences, each with where to look."""

    known: set[tuple[date, str]] = field(default_factory=set)
    unknown: list[str] = field(default_factory=list)

    def look_for(self, what: str, why: str, where: str) -> None:
        self.unknown.append(f"{what}: {why}; guarda: {where}")


def endings(settings: Settings, session: Session, *, is_offline: bool) -> Endings:
    found = Endings()
    if settings.profile.channel.uses_api:
        _token(found, settings, is_offline=is_offline)
    for address in public.secured(settings):
        _certificate(found, address, is_offline=is_offline)
    if (oidc := settings.profile.sign_in.oidc) is not None:
        found.look_for(
            f"Scadenza del segreto con cui {oidc.name} ci riconosce (BOLLETTINO_OIDC_SECRET)",
            "il fornitore non la dice",
            f"la registrazione di `{oidc.client_id}` presso {oidc.issuer}, fra i suoi segreti",
        )
    _keys(found, settings, session)
    for domain in _domains(settings):
        found.look_for(f"Scadenza del dominio di {domain}", "da qui non si chiede a nessuno", AT_DOMAIN)
    return found


def _token(found: Endings, settings: Settings, *, is_offline: bool) -> None:
    what, where = "Scadenza del token di WhatsApp", AT_META
    if is_offline:
        found.look_for(what, NOT_ASKED, where)
        return
    try:
        until = whatsapp.token_end(settings)
    except NowhereError:
        found.look_for(what, "questo fornitore non la dice", "il pannello del fornitore")
    except WhatsAppError as exc:
        found.look_for(what, f"WhatsApp non l'ha detta ({type(exc).__name__})", where)
    else:
        if until is None:
            found.unknown.append("Scadenza del token di WhatsApp: nessuna, dice WhatsApp")
        else:
            found.known.add((in_rome(until).date(), "scade il token di WhatsApp"))


def _certificate(found: Endings, address: str, *, is_offline: bool) -> None:
    host = urlsplit(address).netloc
    what = f"Scadenza del certificato TLS di {host}"
    if is_offline:
        found.look_for(what, NOT_ASKED, AT_FRONT)
        return
    try:
        until = public.certificate_end(address)
    except OSError as exc:  # one that is not valid, too
        found.look_for(what, f"non si vede ({type(exc).__name__})", AT_FRONT)
    else:
        found.known.add((in_rome(until).date(), f"scade il certificato TLS di {host}"))


def _keys(found: Endings, settings: Settings, session: Session) -> None:
    """No key bears a date. What the newest sealed last does: it is at least as old as that."""
    since = canary.sealed_at(session, settings.vault())
    newest = "Età della chiave di cifratura in uso (la prima di BOLLETTINO_ENCRYPTION_KEYS)"
    if since is None:
        found.look_for(newest, "questa base di dati non ne sa ancora niente", IN_SAFE)
    else:
        day = f"{in_rome(since):%d.%m.%Y}"
        found.look_for(
            newest, f"cifra questa base di dati almeno dal {day}, e può essere più vecchia", IN_SAFE
        )
    others = ["chiave di ricerca", "segreto dell'app di Meta", "password comune"]
    if settings.profile.backup is not None:
        others.append("chiave della cassaforte che apre le copie")
    found.look_for(f"Età di: {', '.join(others)}", "non portano una data", IN_SAFE)


def _domains(settings: Settings) -> Iterator[str]:
    """Once each, in the order of the profile; what is of this machine has no domain."""
    servers = settings.profile.servers
    sender = settings.profile.mail.sender if settings.profile.mail else ""
    addresses = [one for one in (servers.public, servers.prefect_ui) if one and not is_loopback(one)]
    hosts = [urlsplit(one).hostname or "" for one in addresses]
    if addresses and sender:  # of a trial on one machine it is made up
        hosts.append(sender.rpartition("@")[2].strip("> "))
    yield from dict.fromkeys(filter(None, hosts))
