"""Asks every node of the graph for its parameters, as each appears."""

from collections.abc import Callable
from functools import partial
from typing import Any

from rcl_interfaces.srv import GetParameters, ListParameters
from rclpy.client import Client
from rclpy.node import Node
from rclpy.parameter import parameter_value_to_python
from rclpy.task import Future

PATIENCE_LOOKS = 5
"""A node that has not answered after so many looks is asked once more."""


class Survey:
    """What the nodes of the graph said their parameters are; `look` asks those that are new."""

    def __init__(self, node: Node) -> None:
        """Ask with the clients of `node`, whose executor must spin."""
        self._node = node
        self._asked: dict[str, int] = {}
        self._clients: dict[str, list[Client]] = {}
        self.parameters: dict[str, dict[str, Any]] = {}

    @property
    def silent(self) -> list[str]:
        """Return which nodes were asked and have not answered."""
        return sorted(self._asked)

    def look(self) -> None:
        """Ask the nodes that appeared since the last look."""
        for name, namespace in self._node.get_node_names_and_namespaces():
            full = f"{namespace.rstrip('/')}/{name}"
            if name.startswith("_") or full in self.parameters:
                continue
            waited = self._asked.get(full, PATIENCE_LOOKS)
            self._asked[full] = waited + 1
            if waited >= PATIENCE_LOOKS:
                self._asked[full] = 0
                self._ask(full)

    def close(self) -> None:
        """Forget what is still asked."""
        for name in list(self._clients):
            self._release(name)

    def _ask(self, name: str) -> None:
        self._release(name)
        self._call(name, ListParameters, "list_parameters", ListParameters.Request(), partial(self._listed, name))

    def _listed(self, name: str, future: Future) -> None:
        answer = future.result()
        if answer is not None:
            names = list(answer.result.names)
            request = GetParameters.Request(names=names)
            self._call(name, GetParameters, "get_parameters", request, partial(self._got, name, names))

    def _got(self, name: str, names: list[str], future: Future) -> None:
        answer = future.result()
        if answer is None:
            return
        values = map(parameter_value_to_python, answer.values)
        self.parameters[name] = {key: _plain(value) for key, value in zip(names, values, strict=False)}
        self._asked.pop(name, None)
        self._release(name)

    def _call(self, name: str, kind: Any, service: str, request: Any, then: Callable[[Any], None]) -> None:
        client = self._node.create_client(kind, f"{name}/{service}")
        self._clients.setdefault(name, []).append(client)
        client.call_async(request).add_done_callback(then)

    def _release(self, name: str) -> None:
        for client in self._clients.pop(name, []):
            self._node.destroy_client(client)


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it."""
    return value if isinstance(value, bool | int | float | str | None) else [_plain(each) for each in value]
