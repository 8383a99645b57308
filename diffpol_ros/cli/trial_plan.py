"""`diffpol trial plan`: from names on a command line to a sealed campaign."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from diffpol_ros.cli.trial import PlanTrial
from diffpol_ros.core.clock import SystemClock
from diffpol_ros.core.errors import SettingsError
from diffpol_ros.core.resources import find_resource
from diffpol_ros.core.settings import load_settings
from diffpol_ros.policy.bundle_files import BundleFiles
from diffpol_ros.policy.manifest.manifest import MANIFEST, load_manifest
from diffpol_ros.trials.events import Planned
from diffpol_ros.trials.plan import Plan, seal_campaign
from diffpol_ros.trials.rules import Rules
from diffpol_ros.trials.schedule import Condition
from diffpol_ros.trials.text import power_table

MOST_TRIALS = 10_000


@dataclass(frozen=True)
class ConditionsFile:
    """A YAML file with the initial conditions of a campaign."""

    conditions: tuple[Condition, ...]


def plan(options: PlanTrial) -> int:
    """Seal the campaign, and say what may be expected of it; return the exit code."""
    rules = Rules(options.alpha, options.stopping)
    if not 0.0001 <= options.alpha <= 0.5:
        raise SettingsError(f"--alpha is {options.alpha}, expected 0.0001 to 0.5")
    campaign = Plan(tuple(map(_policy, options.policies)), _conditions(options), rules)
    folder = (options.output or Path("results") / time.strftime("trial-%Y%m%d-%H%M%S")).absolute()
    planned, head = seal_campaign(campaign, folder, SystemClock(), options.key)
    count = len(campaign.conditions)
    print(f"sealed: {len(campaign.policies)} policies, {count} initial conditions, in {folder}")
    print(f"head of the ledger: {head} (write it down, or send it to somebody)\n")
    print(power_table(rules, count, len(campaign.policies)))
    print(f"\n{_about_key(folder, planned)}\nnext: diffpol trial run {folder}")
    return 0


def _about_key(folder: Path, planned: Planned) -> str:
    trace = "who reads it leaves a trace that the ledger tells of"
    deaf = "this file system does not tell who reads it: keep it elsewhere with --key"
    return f"the key lies in {folder / planned.key_file}; {trace if planned.watched else deaf}"


def _policy(text: str) -> tuple[str, Path]:
    """Return the name and the folder of NAME or NAME=PATH; the bundle's files are hashed."""
    name, equals, where = text.partition("=")
    if not equals:
        name, where = Path(text).name, text
    if not name or not where:
        raise SettingsError(f"--policies has {text!r}, expected a name, a path, or NAME=PATH")
    folder = find_resource("models", where)
    dict(BundleFiles(folder, load_manifest(folder / MANIFEST)))
    return name, folder


def _conditions(options: PlanTrial) -> tuple[Condition, ...]:
    if options.conditions is not None:
        return _of_file(options.conditions)
    if not 1 <= options.trials <= MOST_TRIALS:
        raise SettingsError(f"--trials is {options.trials}, expected 1 to {MOST_TRIALS}")
    if options.first_seed < 0:
        raise SettingsError(f"--first-seed is {options.first_seed}, expected at least 0")
    return tuple(Condition(seed) for seed in range(options.first_seed, options.first_seed + options.trials))


def _of_file(path: Path) -> tuple[Condition, ...]:
    conditions = load_settings(ConditionsFile, path).conditions
    twice = _twice([str(condition) for condition in conditions])
    if twice:
        raise SettingsError(f"{path}: condition {twice!r} is there twice: each is met once by every policy")
    lost = [each.picture for each in conditions if each.picture and not (path.parent / each.picture).is_file()]
    if lost:
        raise SettingsError(f"{path}: picture {lost[0]} does not exist beside it")
    return tuple(
        replace(each, picture=str((path.parent / each.picture).absolute()) if each.picture else "")
        for each in conditions
    )


def _twice(names: Sequence[str]) -> str:
    return next((name for name in names if names.count(name) > 1), "")
