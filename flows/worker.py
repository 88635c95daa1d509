"""Starts Prefect's worker of an installation, with a process beside it that holds what every run needs."""

from flows.runs import drain, warm
from flows.settings import Settings


def work(settings: Settings) -> None:
    """Become the worker, until it is stopped."""
    drain.say_that_it_works(settings.state)
    warm.start(settings.work_pool, prepare)


def prepare() -> None:
    """Whatever a run may need, once for all of them: each deployment's flow with all that it imports, and
    what would be read or worked out at its first use, while an editor waits.
    """
    import prefect.flow_engine  # noqa: F401
    from sqlalchemy.orm import configure_mappers

    from db import schema
    from flows import deploy
    from flows.bulletin.language import spelling

    for block in deploy.blocks()[0]:
        deploy.entry(block["entrypoint"])
    configure_mappers()
    schema.head()
    spelling.load()
