"""A command's own ears in the running graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import TYPE_CHECKING

from diffpol_ros.graph.joining import join_graph

if TYPE_CHECKING:
    from diffpol_ros.nodes.view_listener import ViewListener

Listen = Callable[[Callable[[str], bool]], "AbstractContextManager[ViewListener]"]
"""Listens to the topics whose full names are wanted."""


@contextmanager
def graph_listening(name: str) -> Iterator[Listen]:
    """Give what listens, by a node of this name; only who asks for it needs ROS."""
    join_graph()
    # Imported here: ROS reads its environment when it is loaded.
    from diffpol_ros.nodes.session import ros_node
    from diffpol_ros.nodes.view_listener import ViewListener

    with ros_node(name) as node:
        yield lambda wanted: closing(ViewListener(node, wanted))
