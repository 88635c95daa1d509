"""Whatever an operator ticks, in any order, while people leave: each is declared once, and it adds up."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import deliveries, handovers, recipients
from db.models import BulletinStatus, DeliveryStatus, RecipientStatus
from flows.by_hand import lists as desk
from flows.by_hand.files import Line, table, vcard
from flows.dispatch import dispatch_bulletin
from flows.privacy.lists import read
from flows.stop import stop_sending
from tests.test_by_hand import ANNA, ASSISTED, kept, shown, tick
from tests.test_dispatch import approved
from tests.world.comune import Comune

PHONES = st.from_regex(r"\+39 ?3[0-9]{8,9}", fullmatch=True).map(lambda text: text.replace(" ", ""))
STEP = st.one_of(
    st.tuples(st.just("tick"), st.sets(st.integers(1, 4), max_size=3)),
    st.tuples(st.just("again"), st.sets(st.integers(1, 4), max_size=3)),  # the answer before, read again
    st.tuples(st.just("leave"), st.integers(0, 4)),
    st.tuples(st.just("stop"), st.none()),
    st.tuples(st.just("last"), st.sets(st.integers(1, 4), max_size=2)),
)


@given(numbers=st.lists(PHONES, max_size=300, unique=True))
def test_what_is_written_for_a_telephone_or_a_sheet_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[str]
) -> None:
    folder: Path = tmp_path_factory.mktemp("lists")
    lines = [Line(place, number) for place, number in enumerate(numbers, 1)]
    for name, text in (("lista.vcf", vcard(lines)), ("lista.csv", table(lines))):
        (folder / name).write_bytes(text.encode())
        if lines:
            assert [row.text for row in read(folder / name)] == numbers
    assert vcard(lines).count("BEGIN:VCARD\r\n") == len(numbers)


@given(steps=st.lists(STEP, max_size=10))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_always_adds_up(
    comune: Comune, monkeypatch: pytest.MonkeyPatch, steps: list[tuple[str, object]]
) -> None:
    monkeypatch.setattr(handovers, "LIST_SIZE", 2)
    comune.reprofile(ASSISTED)
    phones = subscribed(comune)
    number = approved(comune)
    dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    left: set[str] = set()
    run = f"run of {number}"
    for place, (what, value) in enumerate(steps, 1):
        if comune.bulletin(number).status == BulletinStatus.sending:
            lists = shown(comune, number)
            inside = "".join(kept(comune, number).values())
            assert not any(phone in inside for phone in left)
            assert len(kept(comune, number)) == (2 * len(lists.open) + 1 if lists.open else 0)
        if what in ("tick", "last", "again"):
            assert isinstance(value, set)
            shown_round = place - 1 if what == "again" else place
            tick(comune, number, *sorted(value), last=what == "last", run=run, shown_round=shown_round)
        elif what == "leave":
            assert isinstance(value, int)
            left.add(phones[value])
            move(comune, phones[value], RecipientStatus.opted_out)
        elif comune.bulletin(number).status == BulletinStatus.sending:
            stop_sending(comune.settings, comune.engine, number, who=ANNA, now=comune.now)
        else:
            dispatch_bulletin(comune.settings, comune.engine, number, late_by=ANNA, now=comune.now)
        check(comune, number)
    tick(comune, number, 1, 2, 3, last=True, run=run, shown_round=99)
    assert desk.finish(comune.settings, comune.engine, number, now=comune.now)
    with comune.look() as session:
        assert deliveries.certificate(session, number).adds_up
    assert comune.bulletin(number).status == BulletinStatus.sent
    assert kept(comune, number) == {}


def subscribed(comune: Comune) -> list[str]:
    """The five phones, all of them subscribed again."""
    phones = [phone["number"] for phone in comune.ask("GET", "/_prova/telefoni")]
    with comune.look() as session:
        known = recipients.find(session, comune.settings.vault(), recipients.Address(phone=phones[0]))
    if known is None:
        return comune.subscribe()
    for phone in phones:
        move(comune, phone, RecipientStatus.active)
    return phones


def move(comune: Comune, phone: str, to: RecipientStatus) -> None:
    with comune.look() as session:
        row = recipients.find(session, comune.settings.vault(), recipients.Address(phone=phone))
        assert row is not None
        recipients.move(session, row, to, comune.now)


def check(comune: Comune, number: int) -> None:
    """What was said is what the rows say."""
    rows = comune.deliveries(number)
    declared = [row for row in rows if row.status == DeliveryStatus.declared]
    with comune.look() as session:
        said = handovers.declarations(session, number)
        count = deliveries.certificate(session, number)
    assert sum(one.people for one in said) == len(declared) == count.declared
    assert count.planned == len(rows) == count.declared + count.skipped + count.failed + count.open
