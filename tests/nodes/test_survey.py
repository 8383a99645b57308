"""Every node is asked for its parameters once it is there, and again where it does not answer."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("rclpy")

from rclpy.parameter import Parameter

from diffpol_ros.nodes.survey import PATIENCE_LOOKS, Survey


class FakeClient:
    """Answers at once, or never."""

    def __init__(self, answer: Callable[[Any], Any] | None) -> None:
        self._answer = answer
        self._result: Any = None

    def call_async(self, request: Any) -> "FakeClient":
        self._result = self._answer(request) if self._answer else None
        return self

    def add_done_callback(self, then: Callable[["FakeClient"], None]) -> None:
        if self._result is not None:
            then(self)

    def result(self) -> Any:
        return self._result


class FakeGraph:
    """Nodes with parameters; those called silent never answer."""

    def __init__(self, parameters: dict[str, dict[str, Any]], silent: tuple[str, ...] = ()) -> None:
        self.parameters, self.silent = parameters, silent
        self.asked: list[str] = []
        self.open = 0

    def get_node_names_and_namespaces(self) -> list[tuple[str, str]]:
        return [(name.rsplit("/", 1)[1], name.rsplit("/", 1)[0] or "/") for name in self.parameters]

    def create_client(self, _: object, service: str) -> FakeClient:
        name, kind = service.rsplit("/", 1)
        self.asked.append(service)
        self.open += 1
        if name in self.silent:
            return FakeClient(None)
        return FakeClient(self._list(name) if kind == "list_parameters" else self._get(name))

    def destroy_client(self, _: FakeClient) -> None:
        self.open -= 1

    def _list(self, name: str) -> Callable[[Any], Any]:
        return lambda _: SimpleNamespace(result=SimpleNamespace(names=list(self.parameters[name])))

    def _get(self, name: str) -> Callable[[Any], Any]:
        own = self.parameters[name]
        return lambda asked: SimpleNamespace(
            values=[Parameter(key, value=own[key]).get_parameter_value() for key in asked.names]
        )


def test_every_node_tells_its_parameters_as_json_knows_them() -> None:
    told = {"/arm/policy": {"model": "a*b", "threads": 2, "cores": ["1", "2"], "gain": 0.5, "live": True}}
    graph = FakeGraph({**told, "/_hidden": {"secret": 1}})
    survey = Survey(graph)  # type: ignore[arg-type]
    survey.look()
    assert survey.parameters == told
    assert type(survey.parameters["/arm/policy"]["cores"]) is list
    assert not survey.silent
    assert graph.open == 0


def test_a_node_is_asked_once_and_a_new_one_when_it_appears() -> None:
    graph = FakeGraph({"/twin": {"seed": 1}})
    survey = Survey(graph)  # type: ignore[arg-type]
    survey.look()
    graph.parameters["/bridge"] = {"robot": "panda"}
    for _ in range(3):
        survey.look()
    assert set(survey.parameters) == {"/twin", "/bridge"}
    assert len(graph.asked) == 4


def test_a_node_that_does_not_answer_is_named_and_asked_again() -> None:
    graph = FakeGraph({"/twin": {"seed": 1}}, silent=("/twin",))
    survey = Survey(graph)  # type: ignore[arg-type]
    for _ in range(PATIENCE_LOOKS + 2):
        survey.look()
    assert survey.silent == ["/twin"]
    assert graph.asked == ["/twin/list_parameters"] * 2
    graph.silent = ()
    for _ in range(PATIENCE_LOOKS + 1):
        survey.look()
    assert survey.parameters == {"/twin": {"seed": 1}}
    survey.close()
    assert graph.open == 0
