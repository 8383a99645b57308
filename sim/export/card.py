"""card.md: what a person should know about a model before using it."""

from dataclasses import dataclass

from diffpol_ros.policy.manifest.manifest import Manifest
from sim.data.dataset import Dataset
from sim.evaluate.results import Evaluation, Result
from sim.export.card_training import training
from sim.networks.heads.head import Head
from sim.runs.record import RunRecord
from sim.trained import Trained

LIMITS = """\
- One block of 60 mm with its tags, starting at x 0.40..0.60 m, y within 0.15 m, yaw within 45 degrees, upright, on a
  free table whose top is z = 0 of the robot base; arm near its home pose.
- Trained and tested in simulation only. No obstacles, no other objects, no people.
- The policy sees poses, not images: where the estimate is wrong by more than about 5 mm, the fingers may hit the block.
- While the hand hides the block, its last pose is used for at most the manifest's `max_object_age_s`.
- It expects the follower settings it was trained with (diffpol_ros/control/settings.py) and Polymetis's default gains.
"""
SEEN = """\
- Its images in simulation are made up; what it does with a camera's has to be tried.
"""
NETWORKS = {
    "MlpDenoiser": "residual MLP",
    "UnetDenoiser": "U-Net",
    "TransformerDenoiser": "transformer",
    "GaussianMlp": "Gaussian MLP",
    "GaussianTransformer": "Gaussian transformer",
    "MixtureMlp": "mixture MLP",
    "MixtureTransformer": "mixture transformer",
}


@dataclass(frozen=True, eq=False)
class CardFacts:
    """Everything a card is written from; `parity` is of the networks, torch against ONNX Runtime, normalised units."""

    manifest: Manifest
    trained: Trained
    demonstrations: Dataset | None
    evaluation: Evaluation | None
    record: RunRecord | None
    parity: float


def write_card(facts: CardFacts) -> str:
    """Return the card's text."""
    limits = LIMITS if facts.trained.encoders is None else LIMITS.replace(LIMITS.splitlines(True)[3], SEEN)
    sections = (
        ("Task", facts.manifest.task),
        ("Data", _data(facts.demonstrations)),
        ("Policy", _policy(facts)),
        ("Training", training(facts.trained, facts.record, facts.manifest.provenance)),
        ("Results", _results(facts.evaluation)),
        ("Limits", limits.rstrip()),
    )
    body = "\n\n".join(f"## {title}\n{text}" for title, text in sections)
    return f"# {facts.manifest.name}\n\n{body}\n"


def _data(data: Dataset | None) -> str:
    if data is None:
        return "The data set that it was trained on was not at hand when this was written."
    frames, episodes, rate = len(data.actions), len(data.ends), data.about.rate_hz
    views = len(data.states)
    seen = "." if views == 1 else f", each seen in {views} ways: exactly, and as cameras would with noise and delay."
    return (
        f"`{data.about.made_by or 'unknown'}`: {episodes} episodes, {frames} frames at {rate:g} Hz "
        f"({frames / rate / 60:.0f} minutes), seeds {data.seeds[0]} to {data.seeds[-1]}{seen}"
    )


def _policy(facts: CardFacts) -> str:
    manifest, trained = facts.manifest, facts.trained
    shape = (
        f"T_o = {manifest.observation.history_steps}, T_p = {manifest.action.predicted_steps}, "
        f"T_a = {manifest.action.executed_steps} at {manifest.rate_hz:g} Hz"
    )
    looks = "" if trained.encoders is None else f" and the cameras {', '.join(trained.encoders.cameras)}"
    return (
        f"{_kind(trained)} on states{looks}; {shape}; {_sampling(trained)}.\n"
        f"Greatest difference of its networks between torch and ONNX Runtime: {facts.parity:.1e}."
    )


def _kind(trained: Trained) -> str:
    network = trained.networks if isinstance(trained.networks, Head) else trained.networks.tuned
    network = getattr(network, "inner", network)
    name = NETWORKS.get(type(network).__name__, type(network).__name__)
    count = sum(value.numel() for value in network.parameters())
    return f"{name} of {count:,} parameters"


def _sampling(trained: Trained) -> str:
    if isinstance(trained.networks, Head):
        return "the chunk that it thinks best, without noise"
    diffusion, last = trained.networks.diffusion, trained.networks.last_steps
    noise = f", eta {diffusion.eta:g}" if diffusion.sampler == "ddim" else ""
    tuned = f", of which the last {last} were fine-tuned" if last else ""
    return (
        f"{diffusion.train_steps} noise levels, {diffusion.inference_steps} {diffusion.sampler.upper()} steps"
        f"{noise}{tuned}"
    )


def _results(evaluation: Evaluation | None) -> str:
    if evaluation is None:
        return "Not evaluated."
    lines = ["`python -m sim.evaluate`, the robot's own control code in simulated time:\n"]
    if not evaluation.against:
        rows = [f"| {result.condition} | {_cells(result)} |" for result in evaluation.results]
        return "\n".join([*lines, *_header("block's pose", ""), *rows])
    rows = [
        f"| {result.condition} | {who} | {_cells(result)} |"
        for base, tuned in zip(evaluation.against_results, evaluation.results, strict=True)
        for who, result in (("base", base), ("this", tuned))
    ]
    compared = ["", f"This one against its base, `{evaluation.against}`, on the same seeds:", ""]
    compared += [f"- {comparison}" for comparison in evaluation.comparisons]
    return "\n".join([*lines, *_header("block's pose", "policy"), *rows, *compared])


def _header(*first: str) -> list[str]:
    names = [*(name for name in first if name), "successes", "rate", "95 % interval", "a success takes"]
    return [f"| {' | '.join(names)} |", f"|{' --- |' * len(names)}"]


def _cells(result: Result) -> str:
    return (
        f"{result.successes} / {result.trials} | {100 * result.successes / result.trials:.1f} % "
        f"| {100 * result.low:.1f} .. {100 * result.high:.1f} % | {result.mean_duration:.1f} s"
    )
