"""Data sets made up for tests."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from sim.data.about import About
from sim.data.dataset import Dataset
from sim.data.episode import Episode

ABOUT = About("block", 10.0, ("x", "y", "z"), ("vx", "vy"), "a test", '{"views": 1}')
FINITE = st.floats(-1e6, 1e6, width=32)


def episode(seed: int, frames: int, views: int = 1, size: int = 0) -> Episode:
    """Random numbers; images of `size` pixels where it is not 0."""
    random = np.random.default_rng(seed)
    images = {"front": random.integers(0, 256, (frames, size, size, 3), dtype=np.uint8)} if size else {}
    return Episode(
        seed,
        random.standard_normal((views, frames, 3)).astype(np.float32),
        random.standard_normal((frames, 2)).astype(np.float32),
        random.standard_normal(frames).astype(np.float32),
        bool(seed % 2),
        images,
    )


def dataset(*frames: int, views: int = 1, size: int = 0) -> Dataset:
    """Episodes of so many frames each."""
    return Dataset.join([episode(seed, count, views, size) for seed, count in enumerate(frames)], ABOUT)


@st.composite
def datasets(draw: st.DrawFn, cameras: int = 1) -> Dataset:
    """Any data set, small."""
    lengths = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    views, size, actions = draw(st.integers(1, 3)), draw(st.integers(1, 4)), draw(st.integers(1, 3))
    frames, episodes = sum(lengths), len(lengths)
    camera = arrays.arrays(np.uint8, (frames, draw(st.integers(1, 3)), 2, 3))
    images = draw(st.dictionaries(st.sampled_from(["front", "wrist"]), camera, max_size=cameras))
    names = draw(st.booleans())
    return Dataset(
        states=draw(arrays.arrays(np.float32, (views, frames, size), elements=FINITE)),
        actions=draw(arrays.arrays(np.float32, (frames, actions), elements=FINITE)),
        rewards=draw(arrays.arrays(np.float32, (frames,), elements=FINITE)),
        ends=np.cumsum(lengths, dtype=np.int64),
        seeds=draw(arrays.arrays(np.int64, (episodes,), elements=st.integers(0, 2**40))),
        terminals=draw(arrays.arrays(np.bool_, (episodes,))),
        about=About(
            draw(st.text(max_size=5)),
            draw(st.floats(0.5, 500.0)),
            tuple(f"s{index}" for index in range(size)) if names else (),
            tuple(f"a{index}" for index in range(actions)) if names else (),
        ),
        images=images,
    )


def assert_same(first: Dataset, second: Dataset) -> None:
    """Every number and word of both is the same."""
    for name in ("states", "actions", "rewards", "ends", "seeds", "terminals"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name), name)
        assert getattr(first, name).dtype == getattr(second, name).dtype
    assert first.about == second.about and set(first.images) == set(second.images)
    for camera, images in first.images.items():
        np.testing.assert_array_equal(images[:], second.images[camera][:])


def demonstrated(states: np.ndarray, actions: np.ndarray, ends: list[int]) -> Dataset:
    """What is seen (V, F, d) and done (F, a), nothing more."""
    return Dataset(
        states.astype(np.float32),
        actions.astype(np.float32),
        np.zeros(len(actions), np.float32),
        np.array(ends),
        np.arange(len(ends)),
        np.zeros(len(ends), np.bool_),
        About("block", 10.0),
    )
