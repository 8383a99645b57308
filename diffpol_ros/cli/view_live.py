"""Draws the graph as it runs, a few times a second, until Ctrl-C."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from diffpol_ros.cli.graph_listening import graph_listening
from diffpol_ros.cli.view import View
from diffpol_ros.cli.view_bag import check, opened
from diffpol_ros.core.clock import NANOSECONDS
from diffpol_ros.core.errors import ResourceError
from diffpol_ros.replay.bag_reader import Record, stamp_ns
from diffpol_ros.replay.gathering import gather, is_gathered
from diffpol_ros.replay.image_topics import camera_of
from diffpol_ros.replay.images import pixels_of
from diffpol_ros.replay.message_types import COMPRESSED_IMAGE, IMAGE
from diffpol_ros.view.scene import Scene

if TYPE_CHECKING:
    from diffpol_ros.nodes.view_listener import ViewListener

PERIOD_S, DISCOVERY_S, GATHERING_S, PATIENCE_S = 0.1, 1.0, 1.5, 20.0


def view_live(options: View) -> int:
    """Draw what the graph tells; return the exit code."""
    check(options)
    with graph_listening("view") as listen, listen(partial(is_drawn, options)) as listener:
        _wait(listener.discover, lambda: len(listener))
        cameras = sorted(set(listener.cameras.values()))
        with opened(options, "live", cameras) as scene:
            print(f"showing {len(listener)} topics; Ctrl-C ends it", flush=True)
            _follow(options, listener, _Painter(scene, options))
    return 0


def is_drawn(options: View, topic: str) -> bool:
    """Return whether anything of a topic, by its full name, is drawn."""
    namespace = options.namespace.strip("/")
    prefix = f"/{namespace}/" if namespace else "/"
    if not topic.startswith(prefix):
        return False
    return options.image_rate > 0.0 if camera_of(topic) else is_gathered(topic.removeprefix(prefix))


def _wait(discover: Callable[[], None], count: Callable[[], int]) -> None:
    """Wait until topics have appeared, and no more do."""
    begin, before = time.monotonic(), 0
    while True:
        time.sleep(GATHERING_S)
        discover()
        if count() == before > 0:
            return
        before = count()
        if not before and time.monotonic() - begin > PATIENCE_S:
            raise ResourceError(
                f"no topic of the graph within {PATIENCE_S:.0f} s: does it run, in this ROS domain and --namespace?"
            )


class _Painter:
    """Draws what was taken: first what was said, then what was seen."""

    def __init__(self, scene: Scene, options: View) -> None:
        self._scene, self._options = scene, options
        self._due_ns: dict[str, int] = {}

    def paint(self, records: list[Record], cameras: dict[str, str]) -> None:
        """Draw; of each camera no more images than asked for."""
        self._scene.draw(gather((each for each in records if each.topic not in cameras), self._options.namespace))
        for record in records:
            name, exposed_ns = cameras.get(record.topic, ""), record.published_ns
            if name and exposed_ns >= self._due_ns.get(name, 0):
                self._due_ns[name] = exposed_ns + round(NANOSECONDS / self._options.image_rate)
                self._scene.image(name, stamp_ns(record.message_of(IMAGE, COMPRESSED_IMAGE)), pixels_of(record))


def _follow(options: View, listener: ViewListener, painter: _Painter) -> None:
    begin = looked = time.monotonic()
    try:
        while not options.seconds or time.monotonic() - begin < options.seconds:
            time.sleep(PERIOD_S)
            if time.monotonic() - looked > DISCOVERY_S:
                looked = time.monotonic()
                listener.discover()
            painter.paint(listener.take(), listener.cameras)
    except KeyboardInterrupt:
        print("ended", flush=True)
