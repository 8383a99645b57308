"""Planar walkers of gymnasium, many at a time: MuJoCo steps them in threads of its own.

Models, rewards, ends and starts are those of gymnasium's v5, and under one seed and the same actions so are the frames.
The DPPO paper used v2 (MuJoCo 2 and older), where the reward for being alive is paid also for the step that ends the
episode, and where Walker2d's right foot grips half as well as its left; v5 repaired both.
"""

from dataclasses import dataclass
from importlib import resources
from xml.etree import ElementTree as ET

import mujoco
import numpy as np
from mujoco.batch import Batch

from sim.envs.dynamics import AS_MODELLED, DynamicsRanges, vary_batch
from sim.envs.worlds import Flags, Happened, Seeds, Vectors

STEP_LIMIT = 1000
MODELS = "envs/mujoco/assets"


@dataclass(frozen=True)
class Walker:
    """What tells one planar walker from another."""

    model: str
    """File among gymnasium's models."""
    frame_skip: int
    """Physics steps a step."""
    control_cost: float
    """Of the sum of an action's squares, each step."""
    alive_reward: float = 0.0
    """For each step after which it has not fallen."""
    height: tuple[float, float] = (-np.inf, np.inf)
    """Between these the torso's height is well [m]."""
    pitch: tuple[float, float] = (-np.inf, np.inf)
    """Between these the torso's pitch is well [rad]."""
    state: float = np.inf
    """Below this the size of every other number is well: [m], [rad], [m/s], [rad/s]."""
    seen_velocity: float = np.inf
    """Velocities are seen clipped to this [m/s], [rad/s]."""
    start_noise: float = 0.005
    """Of positions and velocities, uniform within plus and minus this."""
    normal_velocity: bool = False
    """Whether the start's velocities are normal, of that deviation, instead."""


class LocomotionWorlds:
    """N walkers; the frame is the positions without the distance gone, then the velocities."""

    step_limit = STEP_LIMIT

    def __init__(self, walker: Walker, count: int, threads: int = 1, dynamics: DynamicsRanges = AS_MODELLED) -> None:
        """Step `count` walkers by `threads` threads, the caller's included; each episode's `dynamics` are its own."""
        self.walker, self.count = walker, count
        model = load_model(walker.model)
        self._nominal, self._dynamics = model, dynamics
        self._batch = Batch(model, count, threads)
        self._positions, self._velocities = self._batch.bind("qpos"), self._batch.bind("qvel")
        self._controls = self._batch.bind("ctrl")
        self._duration = walker.frame_skip * model.opt.timestep
        self.observation_size = model.nq - 1 + model.nv
        self.action_size = model.nu

    def reset(self, which: Flags, seeds: Seeds) -> Vectors:
        """Begin an episode of `seeds` (N,) in the worlds of `which` (N,); return all frames (N, d)."""
        self._batch.reset(which, stage=mujoco.mjtStage.mjSTAGE_NONE.value)
        if self._dynamics.any:
            vary_batch(self._batch, self._nominal, self._dynamics, which, seeds)
        for world in np.flatnonzero(which):
            self._start(int(world), np.random.default_rng(int(seeds[world])))
        self._batch.forward(which)
        return self._frames()

    def step(self, actions: Vectors, active: Flags) -> Happened:
        """Let one step pass under raw `actions` (N, a) where `active` (N,); the other worlds stand still."""
        self._controls[active] = actions[active]
        before = self._positions[:, 0].copy()
        self._batch.step(active, self.walker.frame_skip)
        alive = self._alive()
        speed = (self._positions[:, 0] - before) / self._duration
        cost = self.walker.control_cost * np.square(actions, dtype=np.float64).sum(axis=1)
        rewards = speed + self.walker.alive_reward * alive - cost
        return Happened(self._frames(), rewards.astype(np.float32), ~alive, np.zeros(self.count, bool))

    def close(self) -> None:
        """Nothing to let go of: the threads end with the batch."""

    def _start(self, world: int, random: np.random.Generator) -> None:
        noise = self.walker.start_noise
        self._positions[world] += random.uniform(-noise, noise, self._positions.shape[1])
        size = self._velocities.shape[1]
        if self.walker.normal_velocity:
            self._velocities[world] += noise * random.standard_normal(size)
        else:
            self._velocities[world] += random.uniform(-noise, noise, size)

    def _alive(self) -> Flags:
        walker, rest = self.walker, np.concatenate([self._positions[:, 2:], self._velocities], axis=1)
        height, pitch = self._positions[:, 1], self._positions[:, 2]
        well = (np.abs(rest) < walker.state).all(axis=1)
        well &= (walker.height[0] < height) & (height < walker.height[1])
        return well & (walker.pitch[0] < pitch) & (pitch < walker.pitch[1])

    def _frames(self) -> Vectors:
        limit = self.walker.seen_velocity
        velocities = np.clip(self._velocities, -limit, limit)
        return np.concatenate([self._positions[:, 1:], velocities], axis=1).astype(np.float32)


def load_model(name: str) -> mujoco.MjModel:
    """Return gymnasium's model `name`."""
    text = (resources.files("gymnasium") / MODELS / name).read_text(encoding="utf-8")
    root = ET.fromstring(text)
    # MuJoCo complains of this attribute at every load, on the terminal and in a file where it stands.
    total_mass = next(root.iter("compiler")).attrib.pop("settotalmass", None)
    model = mujoco.MjModel.from_xml_string(ET.tostring(root, encoding="unicode"))
    if total_mass is not None:
        mujoco.mj_setTotalmass(model, float(total_mass))
        mujoco.mj_setConst(model, mujoco.MjData(model))
    return model
