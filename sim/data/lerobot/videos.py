"""Videos of a LeRobot data set, decoded by ffmpeg where imageio-ffmpeg brings it."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from sim.data.frames import Images
from sim.data.lerobot.columns import parquet
from sim.data.lerobot.info import Info
from sim.data.packages import needed
from sim.errors import DatasetError


@dataclass(frozen=True)
class Clip:
    """Where an episode's images lie: from image `first` of a file on."""

    path: Path
    first: int


class VideoPictures:
    """The images of one camera, clip after clip; quick in order only, since a video is decoded from its beginning."""

    def __init__(self, clips: list[Clip], ends: NDArray[np.int64], source: str) -> None:
        """Decode the first image for its size; `source` names folder and column in errors."""
        self._clips, self._ends, self._source = clips, ends, source
        self._starts = np.concatenate([[0], ends[:-1]])
        self._open: Path | None = None
        self._images: Iterator[Images] = iter(())
        self._next = 0
        self.shape: tuple[int, ...] = (int(ends[-1]), *self._image(0).shape)
        self.dtype = np.dtype(np.uint8)

    def __len__(self) -> int:
        """Return the number of images."""
        return self.shape[0]

    def __getitem__(self, frames: slice | NDArray[np.int64], /) -> Images:
        """Return images (n, h, w, 3)."""
        return np.stack([self._image(frame) for frame in np.arange(len(self))[frames].tolist()])

    def _image(self, frame: int) -> Images:
        episode = int(np.searchsorted(self._ends, frame, side="right"))
        clip = self._clips[episode]
        wanted = clip.first + frame - int(self._starts[episode])
        if clip.path != self._open or wanted < self._next:
            self._images, self._open, self._next = _decode(clip.path), clip.path, 0
        for image in self._images:
            self._next += 1
            if self._next > wanted:
                return image
        raise DatasetError(f"{self._source}: {clip.path} ends before image {wanted}: copied only in part; copy it anew")


def _decode(path: Path) -> Iterator[Images]:
    """Yield the images (h, w, 3) of a video; each comes as a file of its own, which tells its size."""
    ffmpeg = needed("imageio_ffmpeg", f"{path}, a video,").get_ffmpeg_exe()
    # Each image as it is: none twice and none left out to keep a rate.
    options = ["-fps_mode", "passthrough", "-f", "image2pipe", "-c:v", "ppm", "-"]
    command = [ffmpeg, "-loglevel", "quiet", "-i", str(path), *options]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        try:
            while (image := _portable_pixmap(process.stdout)) is not None:
                yield image
        finally:
            process.kill()


def _portable_pixmap(stream: IO[bytes] | None) -> Images | None:
    """Return the next image of a stream of PPM files, None at its end."""
    if stream is None or stream.readline() != b"P6\n":
        return None
    width, height = map(int, stream.readline().split())
    stream.readline()
    pixels = stream.read(height * width * 3)
    return np.frombuffer(pixels, np.uint8).reshape(height, width, 3) if len(pixels) == height * width * 3 else None


def clips_of(info: Info, key: str, ends: NDArray[np.int64]) -> list[Clip]:
    """Return where each episode's images of a column lie."""
    clips = _clips_of_shards(info, key) if info.version == "v3.0" else _clips_of_episodes(info, key)
    absent = [clip.path for clip in clips if not clip.path.exists()]
    if absent or len(clips) != len(ends):
        raise DatasetError(f"{info.folder}: {key}: {absent[0] if absent else 'a video'} is absent: copied only in part")
    return clips


def _clips_of_episodes(info: Info, key: str) -> list[Clip]:
    chunks = ((number // info.chunk_size, number) for number in range(info.episodes))
    return [
        Clip(info.folder / info.video_path.format(episode_chunk=chunk, video_key=key, episode_index=number), 0)
        for chunk, number in chunks
    ]


def _clips_of_shards(info: Info, key: str) -> list[Clip]:
    columns = [f"videos/{key}/{name}" for name in ("chunk_index", "file_index", "from_timestamp")]
    rows = [
        tuple(row[column] for column in columns)
        for path in sorted((info.folder / "meta" / "episodes").glob("*/*.parquet"))
        for row in parquet().read_table(path, columns=columns, partitioning=None).to_pylist()
    ]
    return [
        Clip(
            info.folder / info.video_path.format(video_key=key, chunk_index=chunk, file_index=file),
            round(start * info.rate_hz),
        )
        for chunk, file, start in rows
    ]
