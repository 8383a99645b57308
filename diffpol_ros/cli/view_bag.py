"""Draws a bag: the run at once, then its images in their order."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from diffpol_ros.cli.report_page import find_bag
from diffpol_ros.cli.view import View
from diffpol_ros.core.clock import NANOSECONDS
from diffpol_ros.core.errors import ResourceError, SettingsError
from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.replay.bag_reader import BagReader, stamp_ns
from diffpol_ros.replay.gathering import load_run
from diffpol_ros.replay.image_topics import camera_of
from diffpol_ros.replay.images import pixels_of
from diffpol_ros.replay.message_types import COMPRESSED_IMAGE, IMAGE
from diffpol_ros.view.blueprint import blueprint
from diffpol_ros.view.canvas import Canvas, load_rerun
from diffpol_ros.view.known import Known
from diffpol_ros.view.scene import Scene, SceneSettings


def view_bag(options: View, given: Path) -> int:
    """Draw the bag; return the exit code."""
    check(options)
    bag, _ = find_bag(given)
    run = load_run(bag, options.namespace)
    if run.span_ns == (0, 0):
        raise ResourceError(f"{given}: the bag holds no messages")
    cameras = image_topics(bag) if options.image_rate else {}
    with opened(options, given.resolve().name, sorted(set(cameras.values()))) as scene:
        scene.draw(run)
        _images(scene, bag, cameras, options.image_rate)
    for complaint in bag.complaints:
        print(f"note: {complaint}")
    return 0


def check(options: View) -> None:
    """Refuse what makes no sense before anything is read."""
    if options.save and options.connect:
        raise SettingsError("--save and --connect: choose one")
    if options.image_rate < 0.0 or options.sigmas <= 0.0 or options.seconds < 0.0:
        raise SettingsError("--image-rate and --seconds must be at least 0, --sigmas above 0")
    load_rerun()


def image_topics(bag: BagReader) -> dict[str, str]:
    """Return the camera of each topic with images."""
    return {topic: name for topic in bag.topics() if (name := camera_of(topic))}


@contextmanager
def opened(options: View, title: str, cameras: list[str]) -> Iterator[Scene]:
    """Give a scene that is drawn where the options say; at the end all is sent."""
    known, canvas = Known(), Canvas(title)
    settings = SceneSettings(options.tags, options.sigmas)
    scene = Scene(canvas, load_robot_description(options.robot), known, settings)
    try:
        _open(options, canvas, blueprint([scene.cameras.path(name) for name in cameras], options.sigmas))
        yield scene
    finally:
        scene.close()
        canvas.close()
    for note in known.notes:
        print(f"note: {note}")
    if options.save:
        print(f"look at: rerun {options.save}")


def _open(options: View, canvas: Canvas, layout: object) -> None:
    if options.save:
        canvas.save(options.save, layout)
    elif options.connect:
        canvas.connect(options.connect, layout)
    else:
        canvas.spawn(layout)


def _images(scene: Scene, bag: BagReader, cameras: dict[str, str], rate: float) -> None:
    due_ns: dict[str, int] = {}
    for record in bag.records(list(cameras)):
        name, exposed_ns = cameras[record.topic], stamp_ns(record.message_of(IMAGE, COMPRESSED_IMAGE))
        if exposed_ns >= due_ns.get(name, 0):
            due_ns[name] = exposed_ns + round(NANOSECONDS / rate) - NANOSECONDS // 200
            scene.image(name, exposed_ns, pixels_of(record))
