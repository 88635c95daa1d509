"""pywa's `send_template`, run by the Python of `.peers/`; arguments PORT MESSAGES CONCURRENCY.

Keeps nothing: what it costs is the sending alone. Prints seconds and CPU seconds as JSON.
"""

import asyncio
import json
import sys
import time

from pywa.types.templates import BodyText, TemplateLanguage  # type: ignore[import-not-found]
from pywa_async import WhatsApp  # type: ignore[import-not-found]

TEXT = "Via Roma chiude al traffico lunedì 30 novembre dalle 8 alle 18, si passa da via Verdi."


async def main(port: int, messages: int, concurrency: int) -> None:
    wa = WhatsApp(phone_id="1055", token="made-up-token")
    wa.api._session.base_url = f"http://127.0.0.1:{port}/v25.0"
    values = [BodyText.params(TEXT, TEXT, TEXT, "martedì 24 novembre")]
    numbers = iter(range(messages))

    async def one_after_the_other() -> None:
        for number in numbers:
            await wa.send_template(
                to=f"393{number:09}",
                name="bollettino_3",
                language=TemplateLanguage.ITALIAN,
                params=values,
                tracker=f"attempt-{number}",
            )

    started, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(one_after_the_other() for _ in range(concurrency)))
    print(json.dumps({"seconds": time.perf_counter() - started, "cpu": time.process_time() - cpu}))


asyncio.run(main(*map(int, sys.argv[1:])))
