"""What collect and backfill do with each kind of source: plain Python that has never heard of Prefect."""
