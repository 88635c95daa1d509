"""The profile, the secrets, the files beside them, and by what right is written."""

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlmodel import col, select

from db.engine import reading
from db.models import ConsentEvent
from db.vault import VaultError
from flows.doctor.finding import Case, Check, Said, attention, failed, good, left_out
from flows.doctor.reader import reader
from flows.privacy import basis
from flows.profiles import documents as published
from flows.profiles.contacts import is_loopback
from flows.profiles.places import TO_FILL, gaps
from flows.settings import SettingsError
from flows.web.pages.documents import DOCUMENTS

GROUP = "Configurazione"
OTHERS = stat.S_IRWXG | stat.S_IRWXO
SECRETS_HELP = "il manuale dice come farne uno: deployments/manuale.md, «Secrets»"


def profile(case: Case) -> Said:
    try:
        case.settings.require_filled()
    except SettingsError as exc:
        return failed("Nel profilo c'è ancora CHECK.", "riempi le righe indicate", detail=str(exc))
    stage = case.settings.profile.stage
    return good(f"Il profilo è completo ({stage}).")


def secrets(case: Case) -> Said:
    """All that are always needed; those of editors and mail have checks of their own."""
    settings = case.settings
    try:
        settings.vault()
    except SettingsError as exc:
        return failed("Manca un segreto nell'ambiente.", SECRETS_HELP, detail=str(exc))
    except VaultError as exc:
        return failed("Le chiavi del database non sono chiavi.", SECRETS_HELP, detail=str(exc))
    if settings.lacks_llm_key:
        return attention("Manca BOLLETTINO_LLM_KEY: nessun modello propone testi.", SECRETS_HELP)
    return good("I segreti ci sono tutti.")


def login(case: Case) -> Said:
    """The secrets by which the door knows people: apart, since a drill's process is given none of them."""
    settings = case.settings
    try:
        has_password = settings.secrets.prefect_auth is not None
    except SettingsError:
        return left_out("Mancano altri segreti.")
    if settings.profile.stage != "sandbox" and not has_password and not settings.fleet:
        return failed(
            "Manca BOLLETTINO_PREFECT_AUTH: chiunque raggiunga Prefect può approvare.", SECRETS_HELP
        )
    if settings.profile.sign_in.oidc and not settings.oidc_secret:
        return failed("Manca BOLLETTINO_OIDC_SECRET: nessuno entra con l'account del Comune.", SECRETS_HELP)
    return good("Chi entra in Prefect si fa riconoscere.")


def private(case: Case) -> Said:
    """Whether any other account of the machine may read what lies in the state folder."""
    state = case.settings.state
    if not state.is_dir():
        return failed("La cartella dell'installazione non c'è.", "avvia l'installazione (`make run`)")
    open_ones = sorted(path.name for path in _readable(state))
    if open_ones:
        return failed(
            f"Altri utenti della macchina possono leggere: {', '.join(open_ones)}.",
            "toglilo: chmod -R go= sulla cartella dell'installazione",
        )
    return good("La cartella dell'installazione è solo di questo utente.")


def _readable(state: Path) -> Iterator[Path]:
    """The folder itself; what lies in a closed one nobody else gets at."""
    if state.stat().st_mode & OTHERS:
        yield state
        yield from (one for one in state.iterdir() if not one.is_symlink() and one.stat().st_mode & OTHERS)


def act(case: Case) -> Said:
    if is_loopback(case.settings.profile.whatsapp.api):
        return left_out("WhatsApp è quello di prova: non serve un atto.")
    if gap := basis.missing(case.settings):
        return failed(gap, "scrivi base giuridica e atto in [privacy] del profilo: prima non parte niente")
    return good("Base giuridica e atto sono nel profilo.")


def notice(case: Case) -> Said:
    """The text that is published now, against what people were shown under the same version."""
    settings = case.settings
    version = settings.profile.notice.version
    with reader(settings) as engine, reading(engine) as session:
        rows = session.exec(
            select(ConsentEvent.notice_sha256)
            .where(ConsentEvent.notice_version == version, col(ConsentEvent.notice_sha256).is_not(None))
            .distinct()
        ).all()
    if set(rows) - {settings.ledger().notice_sha256}:
        return attention(
            "L'informativa è cambiata, la sua versione no: chi si è iscritto ne ha letta un'altra.",
            "dai una nuova versione in [notice] del profilo, o rimetti il testo di prima",
        )
    return good("Informativa e versione vanno insieme.")


def documents(case: Case) -> Said:
    """Whether what citizens read is written to its end."""
    settings = case.settings
    if lines := list(published.troubles(settings.path)):
        return failed(
            "Un testo del Comune non si può pubblicare.",
            "correggi il file e riavvia",
            detail="; ".join(lines),
        )
    if settings.profile.stage == "sandbox":
        return good("I testi per i cittadini si leggono.")
    texts = {f"{name}.md": one.text(settings) for name, one in DOCUMENTS.items()}
    open_ones = {name: count for name, text in texts.items() if (count := gaps(text))}
    if not open_ones:
        return good("I testi per i cittadini sono completi.")
    words = "I cittadini leggono testi da completare: " + ", ".join(
        f"{name} ({'un posto' if count == 1 else f'{count} posti'})" for name, count in open_ones.items()
    )
    remedy = "; ".join(_completions(settings.path, {name: texts[name] for name in open_ones}))
    say = failed if settings.profile.stage == "production" else attention
    return say(f"{words}.", f"{remedy}; poi riavvia")


def _completions(profile: Path, texts: Mapping[str, str]) -> Iterator[str]:
    """In which file each is completed: never one of the program's, which an upgrade brings anew."""
    own = {path.name for path in published.own(profile)}
    folder = published.folder(profile)
    written = [name for name, text in texts.items() if gaps(text) > text.count(TO_FILL)]
    if mine := [str(folder / name) for name in written if name in own]:
        yield f"completa {', '.join(mine)}"
    if ours := [f"deployments/{name}" for name in written if name not in own]:
        yield f"copia {', '.join(ours)} nella cartella {folder} e completa lì"
    if any(TO_FILL in text for text in texts.values()):
        yield "scrivi in [privacy] del profilo ciò che manca"


CHECKS = (
    Check("config.profile", GROUP, "Profilo", profile),
    Check("config.secrets", GROUP, "Segreti", secrets),
    Check("config.login", GROUP, "Segreti dell'accesso", login),
    Check("config.private", GROUP, "Riservatezza dei file", private),
    Check("config.act", GROUP, "Atto e base giuridica", act),
    Check("config.notice", GROUP, "Informativa", notice),
    Check("config.documents", GROUP, "Testi per i cittadini", documents),
)
