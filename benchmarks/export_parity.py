"""How far ONNX Runtime is from torch, for every kind of network that is exported: `python -m benchmarks.export_parity`.

Random inputs in batches of several sizes, through torch and through the file as the robot opens it, on one thread. The
greatest difference is told as it is (normalised units) and as a share of the greatest output; that share must stay
within the bound, or the command fails. Beside it torch's own share, float32 against float64. Times are processor time,
ONNX Runtime's as a multiple of torch's.
"""

import copy
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
import tyro
from numpy.typing import NDArray

from benchmarks.export_kinds import KINDS, Exported, build, says
from benchmarks.policy_networks import parameters
from benchmarks.timing import interleaved
from diffpol_ros.policy.runtime.session import open_session
from diffpol_ros.policy.runtime.settings import RuntimeSettings

Inputs = dict[str, NDArray[Any]]
Call = Callable[[Inputs], NDArray[Any]]


@dataclass(frozen=True)
class Arguments:
    """Export, compare and time."""

    kinds: tuple[str, ...] = tuple(KINDS)
    """Which networks, by their names in the table."""
    batches: tuple[int, ...] = (1, 16)
    """Sizes of batches."""
    draws: int = 5
    """Batches of each size."""
    rounds: int = 15
    """Calls timed for each size."""
    bound: float = 1e-5
    """What a difference may be, as a share of the greatest output."""
    seed: int = 0
    """Of the inputs."""


@dataclass(frozen=True)
class Parity:
    """What was found of a kind: its file, the greatest differences, and a ratio of times for each batch."""

    parameters: int
    opset: int
    megabytes: float
    absolute: float
    share: float
    rounding: float
    times: tuple[float, ...]


def compare(kind: str, arguments: Arguments) -> Parity:
    """Export one kind, ask both, and time them."""
    network = build(kind)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.onnx"
        network.as_onnx(path)
        data = path.read_bytes()
    session = open_session(data, kind, RuntimeSettings())
    plain, exact, robot = in_torch(network), in_torch(copy.deepcopy(network).double()), in_onnx(session)
    random = np.random.default_rng(arguments.seed)
    draws = [random_inputs(session, batch, random) for batch in arguments.batches for _ in range(arguments.draws)]
    said, given = (np.concatenate([ask(each) for each in draws]) for ask in (plain, robot))
    truth = np.concatenate([exact(in_double(each)) for each in draws])
    times = (time_ratio(plain, robot, each, arguments.rounds) for each in draws[:: arguments.draws])
    opset = onnx.load_model_from_string(data).opset_import[0].version
    rounding = difference(truth, said)[1]
    return Parity(parameters(network), opset, 1e-6 * len(data), *difference(said, given), rounding, tuple(times))


def in_torch(network: Exported) -> Call:
    """Return how torch is asked, with inputs in the order of the file."""
    call = says(network)

    @torch.inference_mode()
    def ask(inputs: Inputs) -> NDArray[Any]:
        return call(*map(torch.from_numpy, inputs.values())).numpy()

    return ask


def in_onnx(session: onnxruntime.InferenceSession) -> Call:
    """Return how ONNX Runtime is asked."""
    (output,) = (each.name for each in session.get_outputs())
    return lambda inputs: np.asarray(session.run([output], inputs)[0])


def random_inputs(session: onnxruntime.InferenceSession, batch: int, random: np.random.Generator) -> Inputs:
    """Return steps, images in [0, 1], and normal numbers for everything else that the file asks for, in its order."""
    inputs: Inputs = {}
    for each in session.get_inputs():
        shape = batch, *each.shape[1:]
        if each.type == "tensor(int64)":
            inputs[each.name] = random.integers(0, 100, shape)
        else:
            draw = random.random if each.name == "image" else random.standard_normal
            inputs[each.name] = draw(shape, dtype=np.float32)
    return inputs


def in_double(inputs: Inputs) -> Inputs:
    """Return the same numbers as float64; steps stay as they are."""
    return {name: each if each.dtype == np.int64 else each.astype(np.float64) for name, each in inputs.items()}


def difference(expected: NDArray[Any], given: NDArray[Any]) -> tuple[float, float]:
    """Return the greatest difference, as it is and as a share of the greatest number expected."""
    if expected.shape != given.shape:
        return np.inf, np.inf
    greatest = float(np.abs(expected - given).max())
    return greatest, greatest / float(np.abs(expected).max())


def time_ratio(plain: Call, robot: Call, inputs: Inputs, rounds: int) -> float:
    """Return ONNX Runtime's processor time of a call as a multiple of torch's."""
    rivals = {"torch": lambda: plain(inputs), "robot": lambda: robot(inputs)}
    taken = interleaved(rivals, rounds, warm_up=2, clock_ns=time.process_time_ns)
    return float(np.median(taken["robot"]) / np.median(taken["torch"]))


def main(arguments: Arguments) -> int:
    """Print a table; return 1 if a kind differs by more than the bound, else 0."""
    torch.set_num_threads(1)
    times = [f"time, batch of {batch}" for batch in arguments.batches]
    titles = ["network", "parameters", "opset", "MB", "difference", "share", "float32 itself", *times]
    print(f"| {' | '.join(titles)} |\n{'| --- ' * len(titles)}|")
    differing = list[str]()
    for kind in arguments.kinds:
        found = compare(kind, arguments)
        differences = (f"{each:.1e}" for each in (found.absolute, found.share, found.rounding))
        ratios = (f"{ratio:.2f}" for ratio in found.times)
        size = f"{found.parameters:,}", str(found.opset), f"{found.megabytes:.1f}"
        print(f"| {' | '.join((kind, *size, *differences, *ratios))} |", flush=True)
        if not found.share <= arguments.bound:
            differing.append(kind)
    for kind in differing:
        print(f"{kind}: differs by more than {arguments.bound:g} of its greatest output", file=sys.stderr)
    return int(bool(differing))


if __name__ == "__main__":
    sys.exit(main(tyro.cli(Arguments)))
