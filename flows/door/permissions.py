"""What people may ask of the Prefect server: each operation by name and role; what is not named is closed.

Prefect 3.9.1 has 188 operations and one password for all of them, and whoever has it can start a command on
this machine. A later version has others: those are closed until somebody names them here, and a test walks
the server's own OpenAPI. Left out on purpose:

* what changes anything but by `START`, `ANSWER` and an operator's `PAUSE`: states (`set_state` would be an
  answer without its form, and cancelling leaves no name; `ferma`, `riapri` and `chiudi` do), deletions,
  schedules, pools, deployments;
* what shows what is none of an editor's business: answers that are not stored yet, with their one-time codes
  (`.../input` but for the form itself), variables, blocks, settings;
* what looks like a reading but is a worker's poll, and marks what it asks for as polled
  (`get_scheduled_flow_runs` of a pool and of deployments, `get_runs`).
"""

import re
from enum import StrEnum
from typing import Any, NamedTuple


class Use(StrEnum):
    READ = "read"
    FORM = "form"  # the fields of a form that waits, and the text above them
    START = "start"  # one of the deployments that editors start, with its parameters
    ANSWER = "answer"  # a form that was filled in
    PAUSE = "pause"  # of the installation's work pool: nothing begins meanwhile


_LOOKS = frozenset({Use.READ, Use.FORM})
_EDITS = _LOOKS | {Use.START, Use.ANSWER}
# Role of the profile -> what it may do. Which deployments a START is good for is told to the door, too.
ROLES: dict[str, frozenset[Use]] = {
    "editor": _EDITS,
    "deputy": _EDITS,
    "operator": _LOOKS | {Use.START, Use.PAUSE},
    "reader": _LOOKS,
}
SHARED = "editor"  # of who comes with the password that all share


READING = """
GET  /admin/version
POST /artifacts/count
POST /artifacts/filter
POST /artifacts/latest/count
POST /artifacts/latest/filter
GET  /artifacts/{id}
GET  /artifacts/{key}/latest
POST /automations/count
POST /automations/filter
GET  /automations/related-to/{resource_id}
POST /concurrency_limits/filter
GET  /csrf-token
POST /deployments/count
POST /deployments/filter
GET  /deployments/name/{flow_name}/{deployment_name}
POST /deployments/paginate
GET  /deployments/{id}
GET  /deployments/{id}/schedules
GET  /deployments/{id}/work_queue_check
POST /events/count-by/{countable}
POST /events/filter
GET  /events/filter/next
GET  /flow_run_states/
GET  /flow_run_states/{id}
POST /flow_runs/count
POST /flow_runs/filter
POST /flow_runs/history
POST /flow_runs/lateness
POST /flow_runs/paginate
GET  /flow_runs/{id}
GET  /flow_runs/{id}/graph
GET  /flow_runs/{id}/graph-v2
GET  /flow_runs/{id}/logs/download
POST /flows/count
POST /flows/filter
GET  /flows/name/{name}
POST /flows/paginate
GET  /flows/{id}
GET  /health
POST /logs/filter
GET  /ready
POST /saved_searches/filter
GET  /task_run_states/
GET  /task_run_states/{id}
POST /task_runs/count
POST /task_runs/filter
POST /task_runs/history
POST /task_runs/paginate
GET  /task_runs/{id}
POST /ui/flow_runs/count-task-runs
POST /ui/flow_runs/history
POST /ui/flows/count-deployments
POST /ui/flows/next-runs
POST /ui/task_runs/count
POST /ui/task_runs/dashboard/counts
GET  /ui/task_runs/{id}
POST /v2/concurrency_limits/filter
GET  /version
POST /work_pools/count
POST /work_pools/filter
GET  /work_pools/{name}
POST /work_pools/{name}/concurrency_status
POST /work_pools/{work_pool_name}/queues/filter
GET  /work_pools/{work_pool_name}/queues/{name}
POST /work_pools/{work_pool_name}/workers/filter
POST /work_queues/filter
GET  /work_queues/name/{name}
GET  /work_queues/{id}
POST /work_queues/{id}/concurrency_status
GET  /work_queues/{id}/status
"""

OPEN: dict[tuple[str, str], Use] = {
    **{(line.split()[0], line.split()[1]): Use.READ for line in READING.strip().splitlines()},
    ("GET", "/flow_runs/{id}/input/{key}"): Use.FORM,
    ("POST", "/deployments/{id}/create_flow_run"): Use.START,
    ("POST", "/flow_runs/{id}/resume"): Use.ANSWER,
    ("PATCH", "/work_pools/{name}"): Use.PAUSE,
}

# What people are told instead of the server's word. Its pages ask for the settings (the first UI does not
# come up without them), and need no more of them than this. They let the server judge what was filled in by
# a schema that they send along: one with a pattern that never ends holds up the whole server, and one may
# ask for its variables. It judges all that again by its own schema when a run starts or goes on.
# What they ask of blocks is for a list to choose from: there are none.
REPLIES: dict[tuple[str, str], Any] = {
    ("GET", "/admin/settings"): {"server": {"analytics_enabled": False}},
    ("POST", "/block_documents/filter"): [],
    ("POST", "/ui/schemas/validate"): {"errors": [], "valid": True},
}

SUBSCRIPTIONS = ("/events/out", "/logs/out")  # WebSockets that people may open; they only listen

WITHOUT_CREDENTIAL = {("GET", "/health"), ("GET", "/ready")}

FORM_KEY = re.compile(r"suspended-[a-z]+-[0-9]+-(schema|description)")
_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


def _pattern(template: str) -> re.Pattern[str]:
    places = (
        part
        if not part.startswith("{")
        else f"(?P<id>{_UUID})"
        if part == "{id}"
        else f"(?P<{part[1:-1]}>[^/]+)"
        for part in template.split("/")
    )
    return re.compile("/".join(places))


_PATTERNS = [(method, template, _pattern(template), use) for (method, template), use in OPEN.items()]


class Operation(NamedTuple):
    """What a request of people is."""

    name: tuple[str, str]  # method and template of the path, as `OPEN` has it
    use: Use
    places: dict[str, str]  # what stands in the places of the template


def operation(method: str, path: str) -> Operation | None:
    """None where it is closed.

    `path` as the server routes it: decoded, below its `/api`. It must fit to the letter: another case, a
    slash more or less, or a HEAD is no operation of `OPEN`.
    """
    for allowed, template, pattern, use in _PATTERNS:
        if allowed == method and (match := pattern.fullmatch(path)):
            if use == Use.FORM and not FORM_KEY.fullmatch(match["key"]):
                return None
            return Operation((method, template), use, match.groupdict())
    return None
