"""The processes of a fleet that are of no Comune, and what is done to them: verbs without --profile."""

import argparse
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from flows.cli.output import Output
from flows.cli.upgrades import upgrade_host

if TYPE_CHECKING:
    from flows.fleet.registry import Fleet
    from flows.fleet.shared import Shared


def _entered(process: str, fleet: "Fleet") -> "Shared":
    """With the environment of the fleet, which Prefect reads as it is imported."""
    from flows.fleet import shared

    at = shared.of(fleet)
    if process == "prefect":
        at.require_database()
    at.enter(process)
    return at


def prefect(arguments: argparse.Namespace, fleet: "Fleet", out: Output) -> int:
    at = _entered("prefect", fleet)
    has_many = at.file.prefect.redis is not None
    if arguments.services and not has_many:
        out.refuse("prefect: without [prefect] redis the server is one process, with its services in it")
        return 2
    from flows.runs import server

    if arguments.services:
        server.serve_clock(at.database, port=arguments.port)
        return 0
    port = arguments.port or at.file.prefect.place[1]
    server.serve_fleet(port, database=at.database, is_alone=not has_many)
    return 0


def gate(arguments: argparse.Namespace, fleet: "Fleet", _out: Output) -> int:
    at = _entered("gate", fleet)
    from flows.fleet.front.gate import serve

    return serve(at, port=arguments.port)


def web(arguments: argparse.Namespace, fleet: "Fleet", _out: Output) -> int:
    from flows.fleet.front.app import serve

    return serve(fleet, port=arguments.port)


def worker(arguments: argparse.Namespace, fleet: "Fleet", _out: Output) -> int:
    at = _entered("worker", fleet)
    from flows.worker import keep, work

    if arguments.drain:
        return keep(at, port=arguments.port)
    work(at, port=arguments.port)
    return 0


def drain(arguments: argparse.Namespace, fleet: "Fleet", out: Output) -> int:
    from flows.cli import machine

    return machine.drain(arguments, _entered("drain", fleet), out)


def install(arguments: argparse.Namespace, fleet: "Fleet", out: Output) -> int:
    from flows.cli import machine
    from flows.machine import fleet as units

    return machine.set_up(arguments, units.of(fleet), out)


OF_ALL: Mapping[str, Callable[[argparse.Namespace, "Fleet", Output], int]] = {
    "prefect": prefect,
    "gate": gate,
    "web": web,
    "worker": worker,
    "drain": drain,
    "install": install,
    "upgrade": upgrade_host,
}
