"""How it is told: mail to operator and editors, SMS to those on duty, and an address outside.

Nothing of the outbox: that stands in the database, and Prefect empties it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from db.models import CallStatus
from flows.bulletin.message.sms import fits, written
from flows.doctor.wire import UnreachedError, ask
from flows.profiles.watchdog import ROUND
from flows.settings import BollettinoError, Settings, SettingsError
from flows.staff.mail import OPERATOR, server
from flows.staff.mail_text import bullets, write
from flows.staff.rota import Addressee, Person
from flows.staff.sms import Text, provider
from flows.staff.smtp import MailTrouble, Outgoing, send
from flows.watchdog.judgement import Ids
from flows.watchdog.memory import Known

BROKEN, OVER = "servizio_rotto", "servizio_riparato"  # of [posta] and of [sms]


class UnheardError(Exception):
    """Nobody could be told by this way; the text is Italian and holds no address."""


def mail(settings: Settings, kind: str, troubles: Mapping[str, Known], *, now: datetime) -> int:
    """To operator and editors; how many mail servers' words say that they were taken. UnheardError for none.

    To all editors: who of them is absent stands in a database that may be gone.
    """
    post = settings.profile.mail
    if post is None:
        raise UnheardError("nel profilo non c'è la posta ([mail])")
    people: list[Person] = [*settings.profile.editors]
    people += [Addressee(OPERATOR, post.operator)] if post.operator else []
    values = {
        **settings.words,
        "che_cosa": ", ".join(known.name for known in troubles.values()),
        "elenco": bullets([f"{known.name}: {known.words}" for known in troubles.values()], ""),
    }
    outgoing = []
    for number, person in enumerate(people):
        letter = write(
            settings.texts["posta"][kind], {**values, "nome": person.name}, prova=settings.profile.prova
        )
        outgoing.append(
            Outgoing(
                identity=f"bollettino-{settings.profile.slug}-{kind}-{now:%Y%m%d%H%M%S}-{number}",
                sender=post.sender,
                sender_name=f"Bollettino {settings.profile.names.del_comune}",
                to=person.email,
                to_name=person.name,
                subject=letter.subject,
                text=letter.text,
            )
        )
    taken = 0
    try:
        for _, refusal in send(server(settings, post), outgoing, now=now):
            taken += refusal is None
    except MailTrouble as exc:
        if not taken:
            raise UnheardError("il server di posta non si può usare") from exc
    except BollettinoError as exc:  # a login that is half there
        raise UnheardError(f"la posta è mal configurata ({exc})") from exc
    if not taken:
        raise UnheardError("il server di posta rifiuta ogni indirizzo")
    return taken


def sms(settings: Settings, kind: str, troubles: Mapping[str, Known], *, now: datetime) -> int:
    """To the editors on duty by the profile, else to all; how many left. UnheardError where none did.

    0 where the profile names no gateway: then nobody expects one.
    """
    gateway = provider(settings)
    if gateway is None:
        return 0
    editors = [one for one in settings.profile.editors if one.on_duty] or settings.profile.editors
    text = short(settings.texts["sms"][kind], settings.profile.prova, [one.name for one in troubles.values()])
    texts = []
    for number, editor in enumerate(editors):
        try:
            phone = settings.editor_phone(editor)
        except SettingsError:  # `doctor` tells whose
            continue
        if phone is not None:
            identity = f"bollettino-{settings.profile.slug}-{kind}-sms-{now:%Y%m%d%H%M%S}-{number}"
            texts.append(Text(identity, phone, text))
    if not texts:
        raise UnheardError("di nessun redattore c'è un numero valido (BOLLETTINO_PHONE_<ID>)")
    try:
        results = gateway.send(texts, now=now)
    except BollettinoError as exc:
        raise UnheardError(f"la posta è mal configurata ({exc})") from exc
    left = sum(result.status in (CallStatus.accepted, CallStatus.uncertain) for result in results)
    if not left:
        raise UnheardError("nessun SMS è partito")
    return left


def short(words: Mapping[str, str], prova: str, names: Sequence[str]) -> str:
    """One SMS, with as many names as it holds."""
    for count in range(len(names), 0, -1):
        rest = len(names) - count
        listed = ", ".join(names[:count]) + (f" e altri {rest}" if rest else "")
        if fits(text := written(words["testo"].format(prova=prova, che_cosa=listed))):
            return text
    return written(words["breve"].format(prova=prova))


def ping(settings: Settings, ids: Sequence[str], unseen: Collection[str] = ()) -> None:
    """Tell the address outside, where the profile names one, that all is well, or the ids of what is not;
    where it names checks, each of them of its own promise. `unseen` are promises that could not be looked at:
    of them nothing is said, and who waits for a word calls.

    Raises UnheardError: its own silence is then what it tells, and the next round comes in five minutes.
    """
    address, checks = settings.profile.watchdog.ping_url, settings.profile.watchdog.checks
    if address is None:
        return
    if not checks:
        pinged = [("l'indirizzo", address, tuple(ids))]
    else:
        pinged = [
            (f"il controllo «{slug}»", f"{address}/{slug}", broken)
            for promise, slug in checks.items()
            if (broken := _of(promise, ids, checks)) or promise not in unseen
        ]
    troubles = []
    for what, at, broken in pinged:
        try:
            answer = ask(f"{at}/fail", body=", ".join(broken)) if broken else ask(at, body="")
        except UnreachedError as exc:  # all stand at one address: no other is waited for
            raise UnheardError(f"{what} di [watchdog] non si raggiunge ({exc})") from exc
        if not 200 <= answer.status < 300:
            troubles.append(f"{what} di [watchdog] risponde {answer.status}")
    if troubles:
        raise UnheardError("; ".join(troubles))


def _of(promise: str, ids: Sequence[str], checks: Collection[str]) -> Ids:
    """Those that its check tells; a unit's failure is of the promise of its name."""
    promises = {id_: id_.removeprefix("unit.") for id_ in ids}
    if promise == ROUND:
        return tuple(id_ for id_, of in promises.items() if of not in checks)
    return tuple(id_ for id_, of in promises.items() if of == promise)
