"""`diffpol noise record`: recordings from the twin, a bag or the running graph become a noise file."""

import shlex
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
from rich.console import Console

from diffpol_ros.cli.noise import Record
from diffpol_ros.core.errors import SettingsError
from diffpol_ros.core.resources import resource_root
from diffpol_ros.estimation.calibration import ObjectModel, load_camera, load_object
from diffpol_ros.estimation.noise.file import save_noise
from diffpol_ros.estimation.noise.law import fit
from diffpol_ros.estimation.noise.measurement import measure, spectrum
from diffpol_ros.estimation.noise.model import FOLDER, NoiseModel, ObjectNoise, load_noise
from diffpol_ros.estimation.noise.place import Place, Spectrum, Three
from diffpol_ros.estimation.noise.recording import NoiseError, Recording, Scene, viewpoints_of

Found = tuple[ObjectModel, Place, Spectrum]


def record(options: Record) -> int:
    """Measure, fit and write; return the exit code."""
    console = Console(highlight=False)
    path = _output(options)
    views = viewpoints_of([load_camera(name) for name in options.cameras])
    earlier = _earlier(options, path, views)
    found = list(_measured(options, views, console))
    if not found:
        raise NoiseError("nothing could be measured: see above")
    models = {model.name: model for model, _, _ in found}
    entries = [_entry(model, [one for one in found if one[0] is model], earlier) for model in models.values()]
    kept = [entry for entry in earlier.objects if entry.name not in models] if earlier else []
    model = NoiseModel(_today(), _source(options), (*kept, *entries), views)
    save_noise(model, path, _comment(model))
    console.print(f"{path}: {len(found)} new places; see it with `diffpol noise show {options.name}`", soft_wrap=True)
    return 0


def _output(options: Record) -> Path:
    chosen = [name for name in ("twin", "bag", "live") if getattr(options, name)]
    if len(chosen) != 1:
        raise SettingsError("give one of --twin, --bag PATH and --live")
    named = Path(options.name)
    path = named if named.suffix or len(named.parts) > 1 else resource_root() / FOLDER / f"{options.name}.yaml"
    if path.exists() and not (options.add or options.replace):
        raise SettingsError(f"{path}: exists; --add a place to it, or --replace it")
    return path.absolute()


def _earlier(options: Record, path: Path, views: tuple[Three, ...]) -> NoiseModel | None:
    """Return what a place is added to, if there is a file to add to."""
    if not options.add or not path.exists():
        return None
    earlier = load_noise(str(path))
    if np.shape(earlier.viewpoints) != np.shape(views) or not np.allclose(earlier.viewpoints, views, atol=1e-3):
        raise SettingsError(f"{path}: was recorded with other cameras: write another file")
    return earlier


def _measured(options: Record, views: tuple[Three, ...], console: Console) -> Iterator[Found]:
    if options.twin:
        yield from _in_twin(options, console)
        return
    models = [load_object(name) for name in options.objects]
    for model, recording in zip(models, _recordings(options, models, console), strict=True):
        scene = Scene(model.tags[0].size, views, model.fixed_pose and model.fixed_pose.pose)
        place = measure(recording, scene)
        console.print(f"{model.name}: {_line(place)}", soft_wrap=True)
        yield model, place, spectrum(recording)


def _in_twin(options: Record, console: Console) -> Iterator[Found]:
    from diffpol_ros.cli.noise_twin import takes
    from diffpol_ros.twin.scene import BLOCK

    if options.objects != (BLOCK,):
        raise SettingsError(f"--objects is {' '.join(options.objects)}; the twin has only the {BLOCK}")
    model = load_object(BLOCK)
    for take in takes([load_camera(name) for name in options.cameras], options.twin_options):
        try:
            if take.recording is None:
                raise NoiseError(take.complaint)
            place = measure(take.recording, take.scene)
        except NoiseError as error:
            console.print(f"{take.label}: left out: {error}", soft_wrap=True)
            continue
        console.print(f"{take.label}: {_line(place)}", soft_wrap=True)
        yield model, place, spectrum(take.recording)


def _recordings(options: Record, models: Sequence[ObjectModel], console: Console) -> list[Recording]:
    names = [model.name for model in models]
    if options.bag is not None:
        from diffpol_ros.cli.noise_bag import recording_of

        part = (options.namespace, options.start, options.seconds)
        return [recording_of(options.bag, name, *part) for name in names]
    # Imported here: the DDS library reads the environment when it is loaded.
    from diffpol_ros.nodes.noise_listener import NoiseListener
    from diffpol_ros.nodes.session import ros_node

    with ros_node("noise", options.namespace) as node:
        listener = NoiseListener(node, names)
        try:
            with console.status("listening: touch nothing"):
                return listener.listen(options.seconds)
        finally:
            listener.close()


def _entry(model: ObjectModel, found: Sequence[Found], earlier: NoiseModel | None) -> ObjectNoise:
    before = [entry for entry in earlier.objects if entry.name == model.name] if earlier else []
    places = [*(place for entry in before for place in entry.places), *(place for _, place, _ in found)]
    fitted = fit(model.name, model.tags[0].size, places)
    own = [one for one in found if one[1].tag_size == fitted.tag_size] or found
    nearest = min(own, key=lambda one: abs(one[1].distance - fitted.distance))
    return fit(model.name, model.tags[0].size, places, nearest[2])


def _line(place: Place) -> str:
    white = [1e3 * axis.white for axis in place.axes[:3]]
    return (
        f"{place.samples} frames, white x y z {white[0]:.3f} {white[1]:.3f} {white[2]:.3f} mm, "
        f"{place.flips} flipped, {place.lost} lost"
    )


def _source(options: Record) -> str:
    return "twin" if options.twin else f"bag {options.bag.name}" if options.bag else "live graph"


def _comment(model: NoiseModel) -> str:
    lines = [f"Recorded with: diffpol {shlex.join(sys.argv[1:])}", "Lengths in [m], angles in [rad], times in [s]."]
    if any(entry.delay is None for entry in model.objects):
        lines.append("The delay was not measured: `sim` takes that of default.yaml, and the occlusion too.")
    else:
        lines.append("Occlusion cannot be measured at rest: `sim` takes that of default.yaml.")
    if not any(record.offset is not None for entry in model.objects for record in entry.places[0].axes):
        lines.append("The true pose is not known: the bias is 0 here, write what you measured with a ruler.")
    return "\n".join(lines)


def _today() -> str:
    return datetime.now(timezone.utc).date().isoformat()
