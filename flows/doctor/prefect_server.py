"""The clock and the editors' forms: Prefect's server, its worker, its runs, and the proof that it goes."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flows.bulletin.language.dates import giorno_ora
from flows.doctor import heartbeat, people
from flows.doctor.finding import Case, Check, Said, attention, failed, good, unknown
from flows.doctor.wire import UnreachedError, ask
from flows.settings import BollettinoError

if TYPE_CHECKING:
    from flows.runs import server_health

GROUP = "Prefect"
RESTART = "guarda `logs/prefect.log` e `logs/worker.log` nella cartella dell'installazione, e riavvia"
HEARD_WITHIN = 60  # seconds: a worker gives a sign every 30


def answers(case: Case) -> Said:
    """Its process and its database; both may be asked without a credential."""
    try:
        alive = ask(f"{case.settings.prefect_address}/api/health").status
        ready = ask(f"{case.settings.prefect_address}/api/ready").status
    except UnreachedError as exc:
        return failed("Il server di Prefect non risponde.", RESTART, detail=str(exc))
    if (alive, ready) != (200, 200):
        return failed(f"Il server risponde, il suo database no ({alive}, {ready}).", RESTART)
    return good("Il server e il suo database rispondono.")


def versions(case: Case) -> Said:
    from flows.runs import server_health  # late: Prefect reads the environment as it is imported

    try:
        there, here = server_health.versions(case.settings)
    except server_health.NoServerError as exc:
        return unasked(exc)
    if there != here:
        return attention(f"Il server è Prefect {there}, qui è installato {here}.", "riavvia l'installazione")
    return good(f"Prefect {there}.")


def worker(case: Case) -> Said:
    from flows.runs import server_health

    try:
        heard = server_health.heard(case.settings)
    except server_health.NoServerError as exc:
        return unasked(exc)
    if heard is None:
        return failed("Nessun processo ha mai preso lavori da questo server.", RESTART)
    silent = (case.now - heard).total_seconds()
    if silent > HEARD_WITHIN:
        return failed(f"Chi esegue i lavori tace da {silent:.0f} secondi.", RESTART)
    return good("Chi esegue i lavori si è appena fatto sentire.")


def runs(case: Case) -> Said:
    from flows.runs import server_health

    try:
        found = server_health.stranded(case.settings, now=case.now)
    except server_health.NoServerError as exc:
        return unasked(exc)
    return said_of_runs(found)


def said_of_runs(found: "server_health.Stranded") -> Said:
    parts = [
        f"{words}: {', '.join(sorted(set(names)))} ({len(names)})"
        for words, names in (
            ("in ritardo", found.late),
            ("presi e mai cominciati", found.taken),
            ("senza più un processo", found.running),
            ("annullati e mai finiti", found.cancelling),
        )
        if names
    ]
    if parts:
        return attention(
            f"Lavori fermi: {'; '.join(parts)}.",
            "se non si muovono entro dieci minuti riavvia; un invio lo riprende `sorveglia`",
        )
    return good("Nessun lavoro è fermo.")


def schedules(case: Case) -> Said:
    from flows.runs import server_health

    try:
        found = server_health.planned(case.settings)
    except server_health.NoServerError as exc:
        return unasked(exc)
    return said_of_times(found, "`python -m flows deploy`")


def said_of_times(found: "server_health.Planned", remedy: str) -> Said:
    if found.missing or found.other:
        parts = [f"mancano: {', '.join(found.missing)}"] if found.missing else []
        parts += [f"hanno altri orari: {', '.join(found.other)}"] if found.other else []
        return failed(f"Gli orari non sono quelli del profilo; {'; '.join(parts)}.", remedy)
    if found.paused:
        return attention(f"Sospesi nella pagina di Prefect: {', '.join(found.paused)}.",
                         "riattivali lì, se non è voluto")  # fmt: skip
    return good("Gli orari sono quelli del profilo.")


def rounds(case: Case) -> Said:
    """The canary: what is scheduled is really done."""
    at = heartbeat.last_beat(case.settings.state)
    if at is None:
        return unknown("Nessun giro di `sorveglia` si è ancora concluso.", "aspetta cinque minuti")
    if case.now - at > heartbeat.TOO_OLD:
        return failed(
            f"`sorveglia` non fa il suo giro da {giorno_ora(at)}: scadenze e invii aspettano.", RESTART
        )
    return good("`sorveglia` fa il suo giro.")


def door(case: Case) -> Said:
    """Whether the editors' password opens the page on which they approve; in a fleet each signs in."""
    if case.settings.fleet:
        return _sign_in_page(case)
    try:
        keys = case.settings.door_keys()
    except BollettinoError as exc:
        return failed("La password dei redattori non c'è ancora.", "avvia l'installazione", detail=str(exc))
    user, _, password = keys.people.partition(":")
    if people.have_accounts(case):
        return _sign_in_page(case)
    try:
        answer = ask(f"{case.settings.prefect_address}/api/version", login=(user, password))
    except UnreachedError as exc:
        return unasked(exc)
    if answer.status != 200:
        return failed(
            f"La password dei redattori non apre Prefect ({answer.status}).",
            "controlla BOLLETTINO_PREFECT_AUTH e riavvia: il server tiene quella con cui è partito",
        )
    return good("La password dei redattori apre la loro pagina.")


def _sign_in_page(case: Case) -> Said:
    settings, headers = case.settings, {}
    address = settings.prefect_address
    if settings.fleet:  # the gate's, under a name that is this Comune's on any machine
        address = f"http://127.0.0.1:{settings.fleet.gate.port}"
        headers = {"Host": urlsplit(settings.prefect_origins[-1]).netloc}
    try:
        answer = ask(f"{address}/accesso", headers=headers)
    except UnreachedError as exc:
        return unasked(exc)
    if answer.status != 200:
        return failed(f"La pagina dove si entra non si apre ({answer.status}).", RESTART)
    return good("La pagina dove si entra risponde.")


def unasked(exc: Exception) -> Said:
    words = "Il server di Prefect non ha risposto a questa domanda."
    return unknown(words, "guarda la riga «Risposta» di questo gruppo", detail=str(exc))


CHECKS = (
    Check("prefect.answers", GROUP, "Risposta", answers, needs_network=True),
    Check("prefect.version", GROUP, "Versione", versions, needs_network=True),
    Check("prefect.worker", GROUP, "Esecutore", worker, needs_network=True),
    Check("prefect.runs", GROUP, "Lavori fermi", runs, needs_network=True),
    Check("prefect.schedules", GROUP, "Orari", schedules, needs_network=True),
    Check("prefect.rounds", GROUP, "Ultimo giro", rounds),
    Check("prefect.door", GROUP, "Accesso dei redattori", door, needs_network=True),
)
