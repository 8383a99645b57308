"""`diffpol trial run`: the next trials of a campaign, on the twin or with a person."""

import itertools
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from diffpol_ros.cli.signals import orderly_exit
from diffpol_ros.cli.trial import RunTrial
from diffpol_ros.cli.trial_operator import NobodyNeeded, TerminalOperator
from diffpol_ros.cli.trial_person import PersonRunner
from diffpol_ros.cli.trial_placing import typed_within
from diffpol_ros.core.clock import SystemClock
from diffpol_ros.core.errors import SettingsError
from diffpol_ros.graph.arguments import LaunchArguments
from diffpol_ros.trials.campaign import Campaign, open_campaign
from diffpol_ros.trials.events import Aborted, Judged
from diffpol_ros.trials.lock import locked
from diffpol_ros.trials.runner import Operator, Runner
from diffpol_ros.trials.session import run_next

MOST_ABORTS = 3
CAMERA = "front"
"""Whose images the twin's trials record."""


def run(options: RunTrial) -> int:
    """Run as many trials as were asked for; return 1 where one after the other came to nothing."""
    if options.count < 0:
        raise SettingsError(f"--count is {options.count}, expected at least 1, or 0 for all")
    folder = options.folder.absolute()
    with locked(folder):
        campaign = open_campaign(folder, SystemClock(), options.key)
        with _hands(options, campaign) as (runner, operator):
            return run_trials(campaign, runner, operator, options.count)


def run_trials(campaign: Campaign, runner: Runner, operator: Operator, count: int) -> int:
    """Run `count` trials, all where that is 0; give up after several that came to nothing in a row."""
    aborts = 0
    for done in itertools.count():
        story = campaign.story
        over = story.next is None or story.stopped
        if aborts == MOST_ABORTS or (count and done == count) or (over and done):
            break
        ended = run_next(campaign, runner, operator)
        aborts = aborts + 1 if isinstance(ended, Aborted) else 0
        print(_line(campaign, ended), flush=True)
    print(_standing(campaign))
    return 1 if aborts == MOST_ABORTS else 0


@contextmanager
def _hands(options: RunTrial, campaign: Campaign) -> Iterator[tuple[Runner, Operator]]:
    if options.runner == "person":
        with _person(options, campaign) as hands:
            yield hands
        return
    from diffpol_ros.cli.trial_twin import TwinRunner

    chosen = LaunchArguments(
        image_cameras=(CAMERA,),
        image_stride=options.image_stride,
        image_format=options.image_format,
        speed=options.speed,
    )
    with orderly_exit() as ending:
        runner = TwinRunner(ending, chosen)
        try:
            yield runner, NobodyNeeded()
        finally:
            runner.close()


@contextmanager
def _person(options: RunTrial, campaign: Campaign) -> Iterator[tuple[Runner, Operator]]:
    if not options.camera and not options.buttons:
        yield PersonRunner(), TerminalOperator(options.operator)
        return
    from diffpol_ros.cli.graph_listening import graph_listening
    from diffpol_ros.cli.trial_buttons import joy_buttons
    from diffpol_ros.cli.trial_camera import placing

    with ExitStack() as stack:
        listen = stack.enter_context(graph_listening("trial"))
        ask, verdict, typed, place, hand_over = input, input, typed_within, None, None
        if options.buttons:
            buttons = stack.enter_context(joy_buttons(listen, options.buttons, options.button_numbers))
            ask, verdict, typed = buttons.confirm, buttons.verdict, buttons.within
        if options.camera:
            place, hand_over = stack.enter_context(placing(options, campaign, listen, typed))
        operator = TerminalOperator(options.operator, ask, place=place, verdict=verdict)
        yield PersonRunner(ask, hand_over=hand_over), operator


def _line(campaign: Campaign, ended: Judged | Aborted) -> str:
    condition = campaign.schedule.condition_of(campaign.trial(ended.trial))
    what = f"trial {ended.trial} of {len(campaign.schedule.trials)}, {condition}:"
    if isinstance(ended, Aborted):
        return f"{what} does not count ({ended.reason}), and is done again"
    return f"{what} {'success' if ended.success else 'failure'}" + (f" ({ended.reason})" if ended.reason else "")


def _standing(campaign: Campaign) -> str:
    story, left = campaign.story, len(campaign.schedule.trials) - len(campaign.story.judged)
    told = [f"somebody may know: {each.what}" for each in story.disturbed]
    if story.stopped:
        told.append("decided: the rule ends the campaign here")
    more = "diffpol trial report" if story.stopped or not left else "diffpol trial run"
    told.append(f"{len(story.judged)} judged, {left} left; head of the ledger: {campaign.head}")
    return "\n".join([*told, f"next: {more} {campaign.folder}"])
