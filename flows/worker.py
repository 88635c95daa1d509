"""Starts Prefect's worker of an installation, with a process beside it that holds all flows imported."""

from flows.runs import drain, warm
from flows.settings import Settings


def work(settings: Settings) -> None:
    """Become the worker, until it is stopped."""
    drain.say_that_it_works(settings.state)
    warm.start(settings.work_pool, import_flows)


def import_flows() -> None:
    """Whatever a run may need: each deployment's flow, and all that it imports."""
    import prefect.flow_engine  # noqa: F401

    from flows import deploy

    for block in deploy.blocks()[0]:
        deploy.entry(block["entrypoint"])
