"""Who decides and is called: somebody on duty who can prove who they are, and can be reached."""

from collections.abc import Sequence

from sqlalchemy.exc import SQLAlchemyError

from db.engine import StoreError, reading
from flows.accounts import discovery, enrolment, mark
from flows.accounts.discovery import ProviderError
from flows.doctor import wire
from flows.doctor.finding import Case, Check, Said, attention, failed, good, left_out
from flows.doctor.reader import reader
from flows.doctor.wire import UnreachedError
from flows.profiles.codes import problems
from flows.profiles.comune import Editor
from flows.profiles.contacts import is_loopback
from flows.settings import Settings, SettingsError
from flows.staff import duty as desk
from flows.staff import smtp
from flows.staff.mail import UNCONFIGURED, server
from flows.staff.rota import Person
from flows.staff.smtp import MailTrouble

GROUP = "Persone"
INVITE = "`python -m flows accounts add NOME` invita una persona"
NEW_CODE = "`python -m flows codes new NOME` ne fa uno; va nell'ambiente, poi si riavvia"


def _on_duty(case: Case) -> tuple[Sequence[Person], bool]:
    """Who is called now, and whether that is everybody because nobody is there."""
    with reader(case.settings, case.engine) as engine, reading(engine) as session:
        found = desk.on_duty(session, case.settings.profile, case.now)
    return found.people, found.is_everybody


def duty(case: Case) -> Said:
    people, is_everybody = _on_duty(case)
    if is_everybody:
        return failed("Oggi i redattori sono tutti assenti: nessuno approva.",
                      "accorcia un'assenza: `python -m flows absence NOME ... --cancel`")  # fmt: skip
    return good(f"In turno: {' e '.join(person.name for person in people)}.")


def codes(case: Case) -> Said:
    """Who is on duty can prove it; another editor without a secret cannot stand in for them."""
    settings = case.settings
    if settings.signs_in:
        return _can_sign_in(case)
    if not settings.profile.asks_codes:
        if is_loopback(settings.profile.whatsapp.api):
            return left_out("WhatsApp è quello di prova: non si chiede un codice.")
        return attention("Il profilo non chiede codici: chi apre Prefect approva a nome di chiunque.",
                         "togli `codes = false` dal profilo")  # fmt: skip
    wrong = problems([(editor, settings.code_secret(editor)) for editor in settings.profile.editors])
    if not wrong:
        return good("Ogni redattore ha il suo codice.")
    on_duty = {person.name for person in _on_duty(case)[0]}
    lacking = {editor.name for editor in settings.profile.editors if _lacks(settings, editor)}
    if on_duty <= lacking:
        return failed(
            "Chi è in turno non ha un codice: nessuno può approvare.", NEW_CODE, detail="; ".join(wrong)
        )
    return failed("Non tutti i redattori hanno un codice valido: al prossimo avvio non si parte.", NEW_CODE,
                  detail="; ".join(wrong))  # fmt: skip


def _can_sign_in(case: Case) -> Said:
    """Whether one of those on duty comes in: by that they prove what they decide."""
    if case.settings.profile.sign_in.oidc is not None:
        return good("Chi decide ha effettuato l'accesso; nei moduli non si chiede un codice.")
    with reader(case.settings) as engine, reading(engine) as session:
        states = {one.name: one.state for one in enrolment.states(case.settings, session, now=case.now)}
    if any(states.get(person.name) == "active" for person in _on_duty(case)[0]):
        return good("Chi decide ha effettuato l'accesso; nei moduli non si chiede un codice.")
    return failed("Chi è in turno non ha un accesso suo: nessuno può approvare.", INVITE)


def have_accounts(case: Case) -> bool:
    """Not without a database that can be read, of which other checks tell."""
    try:
        with reader(case.settings) as engine, reading(engine) as session:
            return mark.are_used(case.settings, session)
    except (StoreError, SQLAlchemyError):
        return case.settings.signs_in


def accounts(case: Case) -> Said:
    """Once anybody has an account, who has none does not come in."""
    with reader(case.settings) as engine, reading(engine) as session:
        are_used = mark.are_used(case.settings, session)
        found = enrolment.states(case.settings, session, now=case.now)
    if not are_used:
        words = "Nessuno ha un accesso suo: si entra con una password che tutti hanno in comune"
        if case.settings.profile.stage == "sandbox":
            return left_out(f"{words}; è il Comune di prova.")
        return attention(
            f"{words}, e non si sa chi.", f"{INVITE}; dal primo accesso quella comune non vale più"
        )
    if invited := [one.name for one in found if one.role and one.state == "invited"]:
        return attention(
            f"Non hanno ancora usato l'invito: {len(invited)} persone.",
            "ricordalo a loro: un altro invito annulla il primo",
            detail=", ".join(invited),
        )
    outside = [one.name for one in found if one.role and one.state != "active"]
    if outside and case.settings.profile.sign_in.oidc is None:  # with one, nobody needs an account before
        return attention(
            f"Chi non ha un accesso suo non entra: {len(outside)} persone.", INVITE, detail=", ".join(outside)
        )
    return good("Ognuno entra con il proprio nome; la password comune non vale più.")


def provider(case: Case) -> Said:
    """What it says of itself, as the door takes it; whether it knows our secret is seen at a sign-in."""
    oidc = case.settings.profile.sign_in.oidc
    if oidc is None:
        return left_out("Il profilo non ha [sign_in.oidc]: si entra con nome, password e codice.")
    trouble = f"Con {oidc.name} nessuno entra, e approva solo chi ha un accesso suo"
    help_ = "controlla [sign_in.oidc] nel profilo"
    try:
        answer = wire.ask(discovery.address(oidc))
        if answer.status != 200:
            return failed(f"{trouble}: ha risposto {answer.status}.", help_)
        discovery.described(oidc, answer.body)
    except (UnreachedError, ProviderError) as exc:
        return failed(f"{trouble}.", f"{help_}; chi ha una password entra con quella", detail=str(exc))
    is_real = not is_loopback(case.settings.profile.whatsapp.api)
    if is_real and not {"amr", "acr"} & set(oidc.required):
        return attention(
            f"{oidc.name} risponde, ma non gli si chiede che chi entra, e poi approva, abbia due fattori.",
            "chiedi `amr` o `acr` in [sign_in.oidc] required; se non li dice, imponilo nelle sue regole",
        )
    return good(f"{oidc.name} risponde.")


def _lacks(settings: Settings, editor: Editor) -> bool:
    return bool(problems([(editor, settings.code_secret(editor))]))


def phones(case: Case) -> Said:
    settings = case.settings
    silent = []
    for editor in settings.profile.editors:
        try:
            if settings.editor_phone(editor) is None:
                silent.append(editor.phone_variable)
        except SettingsError:
            silent.append(editor.phone_variable)
    if silent:
        return attention(
            f"Per un'allerta non si può chiamare chi non ha un telefono: {len(silent)} redattori.",
            "scrivilo nell'ambiente, come dice il manuale",
            detail=", ".join(silent),
        )
    return good("Ogni redattore ha un telefono.")


def mail(case: Case) -> Said:
    """As far as its greeting and our login: nothing is sent."""
    settings = case.settings
    if settings.profile.mail is None:
        return attention(UNCONFIGURED, "scrivi [mail] nel profilo")
    try:
        smtp.greet(server(settings, settings.profile.mail))
    except MailTrouble as exc:
        return failed("Il server di posta non si può usare: redattori e gestore non ricevono niente.",
                      "controlla [mail] nel profilo, BOLLETTINO_MAIL_USER e BOLLETTINO_MAIL_PASSWORD",
                      detail=str(exc))  # fmt: skip
    return good("Il server di posta risponde.")


CHECKS = (
    Check("people.duty", GROUP, "In turno", duty),
    Check("people.codes", GROUP, "Codici", codes),
    Check("people.accounts", GROUP, "Accessi", accounts),
    Check("people.provider", GROUP, "Account del Comune", provider, needs_network=True),
    Check("people.phones", GROUP, "Telefoni", phones),
    Check("people.mail", GROUP, "Posta", mail, needs_network=True),
)
