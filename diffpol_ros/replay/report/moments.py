"""Images at the moments that matter: where episodes begin and end, where the gate first says why not, as asked for."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2

from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.errors import ResourceError, SettingsError
from diffpol_ros.replay import verdicts
from diffpol_ros.replay.overlay import Pixels
from diffpol_ros.replay.series import Run
from diffpol_ros.replay.video import Film

MOST, QUALITY = 24, 82
AFTER_START_NS = 200_000_000
ORDINARY = ("", "not enabled", "not active")


@dataclass(frozen=True)
class Moment:
    """When [ns], and why it is shown."""

    at_ns: int
    title: str


@dataclass(frozen=True)
class Shot:
    """A moment, when its image was exposed [ns], and that image as the text of a URL."""

    moment: Moment
    exposed_ns: int
    url: str


def asked_moments(run: Run, seconds: Sequence[float]) -> list[Moment]:
    """Return the moments `seconds` after the run began; SettingsError where it did not last so long."""
    outside = [each for each in seconds if not 0.0 <= each <= run.duration_s]
    if outside:
        raise SettingsError(f"--moments {outside[0]:g}: the run lasts from 0 to {run.duration_s:.3f} s")
    return [Moment(run.span_ns[0] + to_ns(each), f"asked for: {each:g} s") for each in seconds]


def moments(film: Film, asked: Sequence[Moment] = ()) -> list[Moment]:
    """Return what is worth a look and what was `asked` for, in the order of time."""
    found = [*_episodes(film), *_refusals(film.run)]
    if not found:
        start_ns, end_ns = film.run.span_ns
        found = [Moment((start_ns + end_ns) // 2, "the middle of the bag")]
    chosen = sorted(found, key=_at_ns)[:MOST]
    return sorted([*chosen, *asked], key=_at_ns)


def shots(film: Film, wanted: Iterable[Moment]) -> list[Shot]:
    """Return the first image at or after each moment, or the last, with what the stack believed drawn in."""
    waiting, found, last = list(wanted), list[Shot](), None
    for exposed_ns, image in film.images():
        due = [each for each in waiting if each.at_ns <= exposed_ns]
        found += _shots(film, due, exposed_ns, image)
        waiting, last = waiting[len(due) :], (exposed_ns, image)
        if not waiting:
            break
    return found if last is None else [*found, *_shots(film, waiting, *last)]


def jpeg_url(image: Pixels) -> str:
    """Return an RGB image as a URL that holds it."""
    done, data = cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not done:
        raise ResourceError(f"an image of shape {image.shape} cannot be written as JPEG")
    return f"data:image/jpeg;base64,{base64.b64encode(data.tobytes()).decode()}"


def _shots(film: Film, due: Sequence[Moment], exposed_ns: int, image: Pixels) -> list[Shot]:
    url = jpeg_url(film.draw(image.copy(), exposed_ns)) if due else ""
    return [Shot(each, exposed_ns, url) for each in due]


def _at_ns(moment: Moment) -> int:
    return moment.at_ns


def _episodes(film: Film) -> list[Moment]:
    found = []
    for episode in film.episodes:
        found.append(Moment(episode.start_ns + AFTER_START_NS, f"{episode.title}: it begins"))
        if episode.end_ns is not None:
            found.append(Moment(episode.end_ns, f"{episode.title}: {'success' if episode.success else episode.reason}"))
    return found


def _refusals(run: Run) -> list[Moment]:
    """Return when the gate first gave each reason but the ordinary ones."""
    first: dict[str, Moment] = {}
    for span in verdicts.spans(run.gate, run.span_ns[1]):
        reason = span.verdict.text
        if span.verdict.word in ("HOLD", "STOP") and reason not in ORDINARY:
            words = f"{span.verdict.word.lower()}: {reason}"
            first.setdefault(_kind(words), Moment(span.start_ns, words))
    return list(first.values())


def _kind(words: str) -> str:
    """Return a reason without its numbers, so that one that lasts is shown once."""
    return "".join(letter for letter in words if not letter.isdigit())
