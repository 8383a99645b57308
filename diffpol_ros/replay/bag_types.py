"""By which definition the messages of a bag are decoded: the standard one, or that of the bag where it differs."""

from functools import lru_cache

from rosbags.typesys.store import Typestore

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.replay.mcap_parts import StoredSchema
from diffpol_ros.replay.schemas import standard_schema, store_of


class BagTypes:
    """The types of one bag; `complaints` says which are not as they should be."""

    def __init__(self) -> None:
        """Know none yet."""
        self.complaints: dict[str, None] = {}

    def store(self, schema: StoredSchema, digest: str) -> Typestore | None:
        """Return what decodes the messages of `schema`; None: the standard types.

        digest: the hash of the type as its publisher said, empty where the bag does not tell.
        """
        standard = standard_schema(schema.name)
        if standard is not None and (digest == standard.digest or not (digest or schema.text)):
            return None
        if not schema.text:
            self._complain_without_text(schema.name, digest)
            return None
        try:
            store, own = _own(schema)
        except ResourceError as error:
            self.complaints[str(error)] = None
            return None
        if digest and own != digest:
            self.complaints[
                f"message type {schema.name}: its hash in the bag is {digest}, that of its definition there {own}: "
                "its messages may be read wrongly"
            ] = None
        if standard is not None and own != standard.digest:
            self.complaints[
                f"message type {schema.name} of the bag differs from the one known here ({own}, {standard.digest}): "
                "its messages are read as the bag defines them"
            ] = None
        return None if standard is not None and own == standard.digest else store

    def _complain_without_text(self, name: str, digest: str) -> None:
        if standard_schema(name) is None:
            self.complaints[f"message type {name} is unknown, and the bag does not define it"] = None
        else:
            self.complaints[
                f"message type {name}: its hash in the bag ({digest}) is not that of the one known here, and the bag "
                "does not define it: its messages may be read wrongly"
            ] = None


@lru_cache(maxsize=256)
def _own(schema: StoredSchema) -> tuple[Typestore, str]:
    store = store_of(schema.name, schema.text, schema.encoding)
    return store, store.hash_rihs01(schema.name)
