"""A campaign of django-meta-whatsapp, run by the Python of `.peers/`; arguments PORT MESSAGES.

On SQLite in a file, as its README sets it up. Prints seconds and CPU seconds as JSON.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

import django  # type: ignore[import-not-found]
from django.conf import settings  # type: ignore[import-not-found]
from django.core.management import call_command  # type: ignore[import-not-found]


def main(port: int, messages: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings.configure(
            INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django_meta_whatsapp"],
            DATABASES={
                "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": Path(folder) / "campaign.db"}
            },
            WHATSAPP={"ACCESS_TOKEN": "made-up-token", "PHONE_NUMBER_ID": "1055"},
            USE_TZ=True,
        )
        django.setup()
        call_command("migrate", verbosity=0)
        from django_meta_whatsapp import models, utils  # type: ignore[import-not-found]

        utils.GRAPH_BASE = f"http://127.0.0.1:{port}/v25.0"
        template = models.WhatsAppTemplate.objects.create(
            name="bollettino_3", language="it", status="APPROVED", body_text="{{1}} {{2}} {{3}} {{4}}"
        )
        models.WhatsAppContact.objects.bulk_create(
            models.WhatsAppContact(phone=f"393{number:09}", name="Via Roma") for number in range(messages)
        )
        campaign = models.WhatsAppCampaign.objects.create(
            name="bench",
            template=template,
            parameter_mappings={"1": "name", "2": "name", "3": "name", "4": "name"},
        )
        started, cpu = time.perf_counter(), time.process_time()
        told = utils.run_campaign(campaign.pk)
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
        assert told == {"sent": messages, "failed": 0}, told
    print(json.dumps({"seconds": seconds, "cpu": cpu}))


main(*map(int, sys.argv[1:]))
