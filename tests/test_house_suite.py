"""How the tests of a suite are put in order and handed out to its processes (`tests.world.handing_out`)."""

from itertools import groupby

import pytest

from tests.world.handing_out import GROUPS, InUnits, group_of


def test_each_unit_stands_together_groups_first_and_quick_files_last(request: pytest.FixtureRequest) -> None:
    items = request.session.items
    units = [(group_of(item), str(item.path) if group_of(item) is None else "") for item in items]
    stand = [unit for unit, _ in groupby(units)]
    assert len(stand) == len(set(stand))
    slow = {unit for unit, item in zip(units, items, strict=True) if item.get_closest_marker("slow")}
    ranks = [0 if group in GROUPS else 1 if (group, file) in slow else 2 for group, file in stand]
    assert ranks == sorted(ranks)


@pytest.mark.parametrize(
    ("test", "unit"),
    [
        ("tests/test_chain.py::test_it@chain", "chain"),
        ("tests/test_chain.py::test_it[a@b.it]@chain", "chain"),
        ("tests/test_staff_mail.py::test_it", "tests/test_staff_mail.py"),
        ("tests/test_staff_mail.py::test_it[a@b.it]", "tests/test_staff_mail.py"),
        ("tests/test_staff_mail.py::test_it[a::b]", "tests/test_staff_mail.py"),
    ],
)
def test_a_group_is_one_errand_and_so_is_what_else_a_file_holds(test: str, unit: str) -> None:
    assert InUnits._split_scope(object.__new__(InUnits), test) == unit
