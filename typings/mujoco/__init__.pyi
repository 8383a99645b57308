# MuJoCo's wheel carries no types: its names come from compiled modules.
from typing import Any

def __getattr__(name: str) -> Any: ...
