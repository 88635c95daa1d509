"""Prefect's filters as they go on through a wall: what was asked, and beside it a condition of ours.

Each of them (3.9.1) says by an `operator` how its conditions are joined. Of an `or_` ours would be one more
way in, so where there are several conditions it is refused: Prefect's pages have never more than one in it.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from flows.door import request_bodies
from flows.door.request_bodies import RejectedRequest

Filter = dict[str, Any]

NOBODY = "00000000-0000-0000-0000-000000000000"  # an id or a name that nothing has
OR = "Un filtro con «or_» qui si può usare con una sola condizione."
UNREADABLE = "Il filtro non è leggibile."
MOST = 200  # ids in one request, as Prefect has it
PAGE = 50  # events in one answer, as Prefect has it


def conditions(given: Any) -> Filter:
    """Those that say something, to be joined by `and_`, which is what Prefect does without an operator."""
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise RejectedRequest(UNREADABLE, 422)
    found = {name: value for name, value in given.items() if name != "operator" and value is not None}
    if given.get("operator") not in (None, "and_") and len(found) > 1:
        raise RejectedRequest(OR)
    return found


def only(given: Any, name: str, mine: Collection[str]) -> Filter:
    """What was asked, of those whose field is one of `mine`."""
    asked = conditions(given)
    within = conditions(asked.get(name))
    wanted = listed(within.get("any_"))
    values = sorted(mine if wanted is None else {value for value in mine if canonical(value) in wanted})
    # never an empty list: of some filters that is no condition at all
    return {**asked, name: {**within, "any_": values or [NOBODY]}}


def listed(values: Any) -> frozenset[str] | None:
    """Ids or names that were asked for; None where none were."""
    if values is None:
        return None
    if not isinstance(values, list):
        raise RejectedRequest(UNREADABLE, 422)
    return frozenset(canonical(value) for value in values)


def ids(values: Any) -> list[str]:
    """Those that a body has to have."""
    found = listed(values)
    if found is None or len(found) > MOST:
        raise RejectedRequest(UNREADABLE, 422)
    return [str(_id(value)) for value in sorted(found)]


def canonical(value: Any) -> str:
    """An id has many spellings, of which the server tells one."""
    try:
        return str(UUID(str(value)))
    except ValueError:
        return str(value)


def _id(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as exc:
        raise RejectedRequest(UNREADABLE, 422) from exc


# ------------------------------------------------------------ events


def of_deployment(id: str) -> str:
    """A deployment as events name it: their own, or one that they are related to."""
    return f"prefect.deployment.{id}"


def events(given: Any, deployments: Sequence[str]) -> Filter:
    """What has to do with one of these, as all that happens to their runs has. Events know no `or_`."""
    if given is not None and not isinstance(given, dict):
        raise RejectedRequest(UNREADABLE, 422)
    asked = given or {}
    ours = {"id": [of_deployment(id) for id in sorted(deployments)] or [of_deployment(NOBODY)]}
    others = asked.get("any_resource")
    others = others if isinstance(others, list) else [] if others is None else [others]
    return {**asked, "any_resource": [*(one for one in others if _said(one) != ours), ours]}


def _said(condition: Any) -> Any:
    """Without what says nothing, as it comes back in a page's token."""
    if not isinstance(condition, dict):
        return condition
    return {name: value for name, value in condition.items() if value is not None}


def page(token: str, deployments: Sequence[str]) -> str:
    """The token of a next page of events, which holds the filter, in clear: whoever has it may change it."""
    try:
        told = request_bodies.read(b64decode(b64decode(token)))
    except ValueError as exc:
        raise RejectedRequest(UNREADABLE) from exc
    numbers = {name: told.get(name) for name in ("count", "page_size", "offset")}
    if not all(isinstance(number, int) and number >= 0 for number in numbers.values()):
        raise RejectedRequest(UNREADABLE)
    numbers["page_size"] = min(numbers["page_size"] or PAGE, PAGE)
    made = json.dumps({"filter": events(told.get("filter"), deployments), **numbers}).encode()
    return b64encode(b64encode(made)).decode()
