"""Reads a bag file that rosbag2's sqlite3 storage wrote (.db3)."""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import quote

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.replay.mcap_parts import StoredChannel, StoredMessage, StoredSchema

JOURNALS = ("-wal", "-journal")
"""What SQLite leaves beside a file whose writer was killed: the last messages are in there."""
SOURCE_OF_TIME = "sqlite3 bags do not say when a message was sent: when it was received stands in its place"


class SqliteScan:
    """One pass over a file, in the order it was written."""

    def __init__(self, path: Path) -> None:
        """Read `path`, which is never written to."""
        self.path = path
        self.schemas: dict[int, StoredSchema] = {}
        self.channels: dict[int, StoredChannel] = {}
        self._damage = ""

    @property
    def complaints(self) -> Iterator[str]:
        """Yield what was wrong with the file, as far as it was read."""
        if self._damage:
            yield f"{self.path.name} is damaged: {self._damage}"

    def messages(self, wanted: Callable[[StoredChannel], bool] | None = None) -> Iterator[StoredMessage]:
        """Yield the messages of the channels that are wanted, or of all."""
        self._damage, count = "", 0
        with ExitStack() as stack:
            try:
                database = stack.enter_context(closing(self._open(stack)))
                self._read_topics(database)
                chosen = [n for n, channel in self.channels.items() if wanted is None or wanted(channel)]
                marks = ",".join("?" * len(chosen))
                query = f"SELECT topic_id, timestamp, data FROM messages WHERE topic_id IN ({marks}) ORDER BY id"
                for topic, stamp_ns, data in database.execute(query, chosen):
                    yield StoredMessage(topic, stamp_ns, stamp_ns, bytes(data))
                    count += 1
            except (sqlite3.Error, TypeError, ValueError) as error:
                if not self.channels:
                    raise ResourceError(f"{self.path}: cannot be read as a bag of rosbag2: {error}") from error
                self._damage = f"after {count} messages: {error}"

    def _open(self, stack: ExitStack) -> sqlite3.Connection:
        """Open the file; where its writer was killed, a copy of it, for SQLite finishes what was begun by writing."""
        beside = [Path(f"{self.path}{suffix}") for suffix in JOURNALS]
        left = [path for path in beside if path.exists() and path.stat().st_size]
        if not left:
            self._refuse_if_cut()
            return sqlite3.connect(f"file:{quote(str(self.path.absolute()))}?mode=ro&immutable=1", uri=True)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="diffpol-bag-")))
        for path in (self.path, *left):
            shutil.copy(path, folder / path.name)
        return sqlite3.connect(folder / self.path.name)

    def _refuse_if_cut(self) -> None:
        """Refuse a file that lacks pages: SQLite has no checksums, and reads into what is no longer there."""
        with self.path.open("rb") as stream:
            head = stream.read(32)
        page, pages = int.from_bytes(head[16:18], "big"), int.from_bytes(head[28:32], "big")
        expected = pages * (65536 if page == 1 else page)
        size = self.path.stat().st_size
        if size < expected:
            raise ResourceError(
                f"{self.path}: is cut short: it has {size} of {expected} bytes, and SQLite cannot tell which messages "
                f"are whole; `sqlite3 {self.path.name} .recover | sqlite3 new.db3` may save a part"
            )

    def _read_topics(self, database: sqlite3.Connection) -> None:
        columns = {row[1] for row in database.execute("PRAGMA table_info(topics)")}
        names = ("offered_qos_profiles", "type_description_hash")
        more = [name if name in columns else "''" for name in names]
        query = f"SELECT id, name, type, serialization_format, {', '.join(more)} FROM topics"
        kinds: dict[str, int] = {}
        texts = self._definitions(database)
        for number, topic, kind, encoding, quality, digest in database.execute(query):
            schema = kinds.setdefault(kind, len(kinds) + 1)
            self.schemas[schema] = texts.get(kind, StoredSchema(kind, "", ""))
            self.channels[number] = StoredChannel(topic, schema, encoding, quality or "", digest or "")

    def _definitions(self, database: sqlite3.Connection) -> dict[str, StoredSchema]:
        """Return the definitions of types, which rosbag2 writes since Iron."""
        if not database.execute("PRAGMA table_info(message_definitions)").fetchall():
            return {}
        query = "SELECT topic_type, encoding, encoded_message_definition FROM message_definitions"
        return {kind: StoredSchema(kind, encoding, text) for kind, encoding, text in database.execute(query)}
