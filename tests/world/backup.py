"""A backup of an SQLite database in a file, and its restore."""

import shutil
from pathlib import Path

from sqlalchemy import Engine

from db.engine import make_engine


class Backup:
    """Of how the database is when this is made."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        assert engine.url.database is not None
        self.engine, self.database, self.copy = engine, Path(engine.url.database), folder / "backup.db"
        with engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql(f"VACUUM INTO '{self.copy}'")

    def restore(self) -> Engine:
        self.engine.dispose()
        for path in self.database.parent.glob(f"{self.database.name}*"):
            path.unlink()
        shutil.copy(self.copy, self.database)
        return make_engine(str(self.engine.url))
