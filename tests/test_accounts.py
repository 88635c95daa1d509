"""Accounts from an invitation to their end: what lets their owner in, how often, and nobody else."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from db import accounts
from db.engine import reading, transaction
from db.models import Account, DoorAct, FailedSignIn, RecoveryCode, SignIn
from flows.__main__ import parser
from flows.accounts import asked, enrolment, passwords, persons, sign_in
from flows.accounts.sign_in import DAY, TRIES, TRIES_OF_CODES, TRIES_THERE, WITHIN, Tried
from flows.cli import people
from flows.cli.output import Output
from flows.door.people import Asked, Key, Person, Refused
from flows.retain import retain
from flows.settings import BollettinoError, Settings
from tests.world.people import PASSWORD, Member, signed_in

ANNA, THERE = "Anna Redazione", "192.0.2.7"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real measure stands in each hash: only new ones are cheap."""
    monkeypatch.setattr(passwords, "MEMORY", 64)
    monkeypatch.setattr(passwords, "PASSES", 1)
    monkeypatch.setattr(passwords, "UNKNOWN", passwords.UNKNOWN.replace("m=65536,t=3", "m=64,t=1"))


def tries(
    settings: Settings,
    engine: Engine,
    now: datetime,
    *,
    name: str = ANNA,
    password: str = PASSWORD,
    code: str = "",
    there: str = THERE,
) -> Key | Refused:
    return sign_in.sign_in(
        settings.profile, engine, sign_in.vault(settings), Tried(name, password, code, there), now=now
    )


def who(settings: Settings, engine: Engine, token: str, now: datetime) -> str:
    found = sign_in.who(settings.profile, engine, sign_in.vault(settings), token, now=now)
    return found.name if found else ""


def test_who_has_enrolled_signs_in_for_a_working_day(
    settings: Settings, engine: Engine, now: datetime
) -> None:
    anna = Member(settings, engine, ANNA, now)
    later = now + timedelta(minutes=5)
    for name in (ANNA, "  anna   REDAZIONE ", "anna-redazione", "Anna@comune.esempio.mi.it"):
        later += timedelta(minutes=1)
        key = tries(settings, engine, later, name=name, code=anna.code(later))
        assert isinstance(key, Key)
        assert who(settings, engine, key.token, later) == ANNA
        assert who(settings, engine, key.token, later + DAY) == ""
        assert who(settings, engine, key.token[:-1], later) == ""
    assert isinstance(key, Key)
    with reading(engine) as session:
        stored = " ".join(map(str, session.connection().execute(text("SELECT * FROM signin")).all()))
        (account,) = session.exec(select(Account)).all()
    assert key.token not in stored
    assert account.password_hash.startswith("$argon2id$v=19$")
    assert PASSWORD not in account.password_hash


def test_password_and_code_are_judged_together_and_every_refusal_says_the_same(
    settings: Settings, sqlite: Engine, now: datetime
) -> None:
    anna, later = Member(settings, sqlite, ANNA, now), now + timedelta(minutes=5)
    refusals = {
        tries(settings, sqlite, later, password="un'altra cosa del tutto", code=anna.code(later)),
        tries(settings, sqlite, later, code="000000"),
        tries(settings, sqlite, later, code=""),
        tries(settings, sqlite, later, code=anna.code(later - timedelta(minutes=3))),
        tries(settings, sqlite, later, name="Bruno Vice", code=anna.code(later)),
        tries(settings, sqlite, later, name="nessuno", code=anna.code(later)),
    }
    assert refusals == {Refused(sign_in.WRONG)}
    with reading(sqlite) as session:
        stored = " ".join(map(str, session.connection().execute(text("SELECT * FROM failedsignin")).all()))
    assert "nessuno" not in stored, "what is typed as a name may be a password"


def test_a_code_counts_once_and_a_recovery_code_too(
    settings: Settings, engine: Engine, now: datetime
) -> None:
    anna, later = Member(settings, engine, ANNA, now), now + timedelta(minutes=5)
    assert isinstance(tries(settings, engine, now, code=anna.code(now)), Refused), "used to enrol"
    assert isinstance(tries(settings, engine, later, code=anna.code(later)), Key)
    assert isinstance(tries(settings, engine, later, code=anna.code(later)), Refused)
    before = later - timedelta(seconds=30)
    assert isinstance(tries(settings, engine, later, code=anna.code(before)), Refused), "nor an earlier one"
    for code in (anna.recovery[0], anna.recovery[1].upper().replace("-", " ")):
        assert isinstance(tries(settings, engine, later, code=code), Key)
        assert isinstance(tries(settings, engine, later, code=code), Refused)
    with reading(engine) as session:
        hashes = [row.code_hash for row in session.exec(select(RecoveryCode))]
        assert accounts.recovery_left(session, 1) == enrolment.RECOVERY_CODES - 2
    assert not set(hashes) & set(anna.recovery)


def test_who_guesses_is_locked_out_where_they_are_and_the_owner_elsewhere_is_not(
    settings: Settings, engine: Engine, now: datetime
) -> None:
    anna, later = Member(settings, engine, ANNA, now), now + timedelta(minutes=5)
    for _ in range(TRIES):
        assert tries(settings, engine, later, code="000000") == Refused(sign_in.WRONG)
    locked = Refused(sign_in.LOCKED, is_for_now=True)
    assert tries(settings, engine, later, code=anna.code(later)) == locked
    assert isinstance(tries(settings, engine, later, code=anna.code(later), there="192.0.2.8"), Key)
    after = later + WITHIN + timedelta(seconds=1)
    assert isinstance(tries(settings, engine, after, code=anna.code(after)), Key)


def test_a_person_of_three_names_has_no_more_tries(settings: Settings, sqlite: Engine, now: datetime) -> None:
    anna, later = Member(settings, sqlite, ANNA, now), now + timedelta(minutes=5)
    names = (ANNA, anna.id, "anna@comune.esempio.mi.it", ANNA.upper(), ANNA)
    assert len(names) == TRIES
    for name in names:
        assert tries(settings, sqlite, later, name=name, password="wrong") == Refused(sign_in.WRONG)
    for name in names:
        locked = tries(settings, sqlite, later, name=name, code=anna.code(later))
        assert locked == Refused(sign_in.LOCKED, is_for_now=True)


def test_who_has_the_password_guesses_no_codes_from_many_networks(
    settings: Settings, engine: Engine, now: datetime
) -> None:
    anna, later = Member(settings, engine, ANNA, now), now + timedelta(minutes=5)

    def guess(number: int, code: str, password: str = PASSWORD) -> Key | Refused:
        there = f"2001:db8:0:{number:x}::/64"
        return tries(settings, engine, later, password=password, code=code, there=there)

    for number in range(TRIES_OF_CODES):
        assert guess(number, anna.code(later), "a wrong password") == Refused(sign_in.WRONG)
    for number in range(20, 20 + TRIES_OF_CODES):
        assert guess(number, "000000") == Refused(sign_in.WRONG)
    for code in (anna.code(later), anna.recovery[0]):
        assert guess(40, code) == Refused(sign_in.LOCKED, is_for_now=True)
    assert guess(41, "000000") == Refused(sign_in.WRONG), "only who has both is told"
    assert isinstance(tries(settings, engine, later, name="Bruno Vice", there=THERE), Refused)
    later += WITHIN + timedelta(seconds=1)
    assert isinstance(guess(42, anna.code(later)), Key), "neither was used up"
    with reading(engine) as session:
        assert accounts.recovery_left(session, 1) == enrolment.RECOVERY_CODES


def test_who_guesses_under_many_names_is_locked_out_too(
    settings: Settings, sqlite: Engine, now: datetime
) -> None:
    for number in range(TRIES_THERE):
        assert tries(settings, sqlite, now, name=f"persona {number}") == Refused(sign_in.WRONG)
    assert tries(settings, sqlite, now, name="un'altra").is_for_now  # type: ignore[union-attr]


def test_an_invitation_is_good_once_and_for_two_days(
    settings: Settings, engine: Engine, now: datetime
) -> None:
    vault, person = sign_in.vault(settings), persons.named(settings, ANNA)
    link = enrolment.add(settings, engine, person, now=now)
    token = link.rpartition("/")[2]
    assert link == f"http://127.0.0.1:4200/accesso/invito/{token}"
    assert enrolment.invited(settings, engine, vault, token, now=now + enrolment.INVITED) is None
    with reading(engine) as session:
        assert not accounts.are_used(session), "an invitation closes nothing"
    again = enrolment.add(settings, engine, person, now=now).rpartition("/")[2]
    assert enrolment.invited(settings, engine, vault, token, now=now) is None
    assert enrolment.invited(settings, engine, vault, again, now=now) is not None
    member = Member(settings, engine, ANNA, now)
    with reading(engine) as session:
        assert accounts.are_used(session)
    assert enrolment.enrol(
        settings, engine, vault, again, PASSWORD, member.code(now), address=THERE, now=now
    ) == Refused(enrolment.VOID)
    with pytest.raises(BollettinoError, match="accounts reset"):
        enrolment.add(settings, engine, person, now=now)


def test_after_a_reset_nothing_of_before_lets_in(settings: Settings, engine: Engine, now: datetime) -> None:
    anna, later = Member(settings, engine, ANNA, now), now + timedelta(minutes=5)
    assert who(settings, engine, anna.key.token, later) == ANNA
    enrolment.reset(settings, engine, persons.named(settings, ANNA), now=later)
    assert who(settings, engine, anna.key.token, later) == ""
    for code in (anna.code(later), anna.recovery[0]):
        assert isinstance(tries(settings, engine, later, code=code), Refused)


def test_a_reset_of_the_only_account_gives_the_shared_password_nothing_back(
    settings: Settings, engine: Engine, now: datetime
) -> None:
    anna, later = Member(settings, engine, ANNA, now), now + timedelta(minutes=5)

    def state() -> tuple[bool, str]:
        with reading(engine) as session:
            found = {one.person: one.state for one in enrolment.states(settings, session, now=later)}
            return accounts.are_used(session), found[anna.id]

    person = persons.named(settings, ANNA)
    enrolment.reset(settings, engine, person, now=now)  # in the moment of the enrolment
    assert state() == (True, "invited")
    for password in ("", PASSWORD):
        assert isinstance(tries(settings, engine, later, password=password, code=anna.code(later)), Refused)
    enrolment.reset(settings, engine, person, now=later)
    assert enrolment.close(engine, settings, ANNA, now=later) == (anna.id, 0)
    assert state() == (False, "closed")
    Member(settings, engine, ANNA, later)
    assert state() == (True, "active")


def test_a_reset_while_a_password_is_judged_lets_nobody_in(
    settings: Settings, engine: Engine, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, later = Member(settings, engine, ANNA, now), now + timedelta(minutes=5)
    judge = passwords.is_right

    def slowly(password: str, kept: str) -> bool:
        enrolment.reset(settings, engine, persons.named(settings, ANNA), now=later)
        return judge(password, kept)

    monkeypatch.setattr(passwords, "is_right", slowly)
    assert tries(settings, engine, later, code=anna.code(later)) == Refused(sign_in.WRONG)
    with reading(engine) as session:
        assert accounts.open_sign_ins(session, 1, now=later) == []


def test_a_closed_account_opens_nothing_and_the_last_one_gives_the_password_back(
    settings: Settings, engine: Engine, now: datetime
) -> None:
    anna = Member(settings, engine, ANNA, now)
    bruno = signed_in(settings, engine, "Bruno Vice", now)
    assert enrolment.close(engine, settings, ANNA, now=now) == ("anna-redazione", 1)
    assert (who(settings, engine, anna.key.token, now), who(settings, engine, bruno, now)) == (
        "",
        "Bruno Vice",
    )
    with reading(engine) as session:
        assert accounts.are_used(session)
    enrolment.close(engine, settings, "bruno-vice", now=now)
    with reading(engine) as session:
        assert not accounts.are_used(session)
    with pytest.raises(BollettinoError, match="has no account"):
        enrolment.close(engine, settings, ANNA, now=now)


def test_who_has_left_the_profile_is_nobody(settings: Settings, sqlite: Engine, now: datetime) -> None:
    bruno = signed_in(settings, sqlite, "Bruno Vice", now)
    left = settings.profile.model_copy(update={"editors": settings.profile.editors[:1]})
    assert sign_in.who(left, sqlite, sign_in.vault(settings), bruno, now=now) is None
    without = Settings(left, settings.path, settings.state)
    with reading(sqlite) as session:
        states = {one.person: one.role for one in enrolment.states(without, session, now=now)}
    assert states == {"anna-redazione": "editor", "bruno-vice": ""}


def test_signing_out_ends_this_browser_or_all(settings: Settings, engine: Engine, now: datetime) -> None:
    here, there = (signed_in(settings, engine, ANNA, now) for _ in range(2))
    other = signed_in(settings, engine, "Bruno Vice", now)
    vault = sign_in.vault(settings)
    sign_in.sign_out(engine, vault, here, everywhere=False, now=now)
    assert [who(settings, engine, one, now) for one in (here, there)] == ["", ANNA]
    sign_in.sign_out(engine, vault, here, everywhere=True, now=now)
    assert who(settings, engine, there, now) == ANNA, "who is out ends nothing"
    sign_in.sign_out(engine, vault, there, everywhere=True, now=now)
    assert [who(settings, engine, one, now) for one in (there, other)] == ["", "Bruno Vice"]


def test_what_is_over_for_a_month_is_forgotten(settings: Settings, sqlite: Engine, now: datetime) -> None:
    anna = Member(settings, sqlite, ANNA, now)
    tries(settings, sqlite, now, code="000000")
    later = now + timedelta(days=31, hours=12)
    assert isinstance(tries(settings, sqlite, later, code=anna.code(later)), Key)
    with transaction(sqlite) as session:
        assert len(session.exec(select(SignIn)).all()) == 1
        assert session.exec(select(FailedSignIn)).all() == []


def test_the_daily_end_of_what_was_kept_knows_sign_ins_too(
    settings: Settings, engine: Engine, now: datetime
) -> None:
    anna = Member(settings, engine, ANNA, now)
    tries(settings, engine, now, name="nobody")
    asked.note(
        engine,
        sign_in.vault(settings),
        Asked("porta-1", Person(anna.id, ANNA, "editor", "code"), "start", "x", "0" * 64, now, THERE),
    )
    later = now + timedelta(days=30, hours=11)
    assert [retain(settings, engine, now=later + timedelta(hours=n))["porta"] for n in (0, 2, 3)] == [2, 1, 0]
    with reading(engine) as session:
        assert [row.address for row in session.exec(select(DoorAct))] == [""]


@pytest.mark.parametrize(
    ("password", "is_good"),
    [
        ("undici car.", False),
        ("dodici carat", True),
        ("bollettino bollettino", False),
        ("AnnaRedazione2026", False),
        ("aaaaaaaaaaaaaaaa", False),
        ("x" * 201, False),
        (PASSWORD, True),
    ],
)
def test_a_password_is_long_and_not_what_everybody_knows(password: str, is_good: bool) -> None:
    assert (passwords.trouble(password, ANNA, "anna@comune.esempio.mi.it") == "") == is_good


def test_a_password_is_the_same_however_its_letters_are_made() -> None:
    kept = passwords.hashed("perché città così")
    assert passwords.is_right("perché città così", kept)
    assert not passwords.is_right("perche citta cosi", kept)
    assert not passwords.is_right("", "")


def test_an_operator_invites_lists_and_closes(
    settings: Settings, sqlite: Engine, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    here = Settings(settings.profile, settings.path, settings.state, str(sqlite.url))

    def typed(*words: str) -> str:
        arguments = parser().parse_args(["accounts", *words])
        assert people.accounts(arguments, here, Output()) == 0
        return capsys.readouterr().out

    assert typed("add", ANNA, "--dry-run") == f"would invite {ANNA}\n"
    assert "nobody has enrolled" in typed("list")
    assert "/accesso/invito/" in typed("add", ANNA)
    assert f"{ANNA:<30} editor               invited" in typed("list")
    Member(here, sqlite, ANNA, now)
    told = typed("list")
    assert f"{ANNA:<30} editor               signs in" in told
    assert "each signs in with their own" in told
    assert "make void" in typed("reset", ANNA, "--dry-run")
    assert "would close" in typed("close", ANNA, "--dry-run")
    real = Settings(here.profile.model_copy(update={"codes": True}), here.path, here.state, here.database)
    with pytest.raises(BollettinoError, match="forms ask for codes again, and there are none"):
        enrolment.close(sqlite, real, ANNA, now=now)
    assert "each signs in with their own" in typed("list"), "nothing was closed"
    assert "the shared password opens the door again\nnow restart" in typed("close", ANNA)
    with pytest.raises(BollettinoError, match="they are: Anna Redazione, Bruno Vice"):
        typed("add", "Carla")
