"""Lists of few lengths: the same values, and statements that are used again."""

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, event
from sqlmodel import Session, select

from db import inbound
from db.engine import padded, reading, transaction
from db.inbound import Incoming
from db.models import InboundEvent
from db.vault import Vault
from tests.world.builders import NOW


@given(st.sets(st.integers(), max_size=1500))
def test_the_values_stay_and_the_lengths_are_few(values: set[int]) -> None:
    found = padded(values)
    assert set(found) == values
    assert len(found) < max(2 * len(values), 1) or found == []
    assert len(found).bit_count() <= 1


def test_lists_of_any_length_are_few_statements_and_find_the_same_rows(engine: Engine, vault: Vault) -> None:
    with transaction(engine) as session:
        rows = inbound.seal(
            session, vault, {str(number): Incoming("status", None, "{}") for number in range(300)}, now=NOW
        )
        assert inbound.store(session, rows) == 300
        ids = list(session.exec(select(InboundEvent.id)))
    said: set[str] = set()
    event.listen(engine, "before_cursor_execute", lambda *told: said.add(told[2]))

    def take(session: Session, count: int) -> None:
        assert set(inbound.take(session, ids[:count])) == set(ids[:count])
        assert set(inbound.payloads(session, ids[:count])) == set(ids[:count])

    for count in range(150, 300, 7):
        with reading(engine) as session:
            take(session, count)
    assert len([one for one in said if " IN (" in one]) == 2 * len({256, 512})
