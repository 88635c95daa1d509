"""A flow of one Comune's, which leaves nothing of its database open."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import prefect
from prefect import Flow

from db.engine import all_closed

Given = ParamSpec("Given")
Result = TypeVar("Result")


def flow(
    *,
    name: str,
    flow_run_name: str | Callable[[], str] | None = None,
    timeout_seconds: float | None = None,
) -> Callable[[Callable[Given, Result]], Flow[Given, Result]]:
    """As Prefect's own. What its function opens, however deep, is closed at its end: where it returns, where
    it fails, and where it suspends for a form.
    """

    def made(function: Callable[Given, Result]) -> Flow[Given, Result]:
        as_given = prefect.flow(name=name, flow_run_name=flow_run_name, timeout_seconds=timeout_seconds)
        found = as_given(function)

        @wraps(function)
        def closing(*args: Given.args, **kwargs: Given.kwargs) -> Result:
            with all_closed():
                return function(*args, **kwargs)

        found.fn = closing  # not what it is made of: Prefect names the version of a flow after its file
        return found

    return made
