"""Make .venv: `python3 -m scripts.setup_environment demo` or `… test`. Does nothing, fast, when all is in place."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

from scripts import graphics_library, setup_steps
from scripts.environment_plan import (
    PYTHON_NAMES,
    SIMULATED_ROBOT,
    Level,
    Machine,
    Plan,
    Ros,
    SetupError,
    digest,
    kind_of,
    make_plan,
)

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOG = VENV / "setup.log"
ROS_DISTRO = os.environ.get("ROS_DISTRO", "")
INSISTED_PYTHON = os.environ.get("PYTHON", "")


def main() -> int:
    """Set up the level named on the command line."""
    os.chdir(ROOT)
    level = Level(sys.argv[1] if len(sys.argv) > 1 else "demo")
    try:
        wanted = digest(level, ROS_DISTRO, INSISTED_PYTHON, ROOT)
        stamp = VENV / f"done-{level.value}"
        if not (PYTHON.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted):
            set_up(make_plan(describe_machine(), level))
            stamp.write_text(wanted, encoding="utf-8")
    except SetupError as error:
        print(f"set-up: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nset-up: interrupted; the next run goes on from here", file=sys.stderr)
        return 130
    return 0


def describe_machine() -> Machine:
    """Look at the Pythons, the architecture and the ROS of this shell."""
    names = (INSISTED_PYTHON,) if INSISTED_PYTHON else PYTHON_NAMES
    found = (setup_steps.probe(name) for name in names)
    return Machine(platform.machine(), ROS_DISTRO, tuple(one for one in found if one))


def set_up(plan: Plan) -> None:
    """Run every step of `plan`; each can be run again."""
    started = time.monotonic()
    source = "wheels" if plan.ros is Ros.WHEELS else f"the sourced {ROS_DISTRO}"
    print(f"setting up .venv for `make {plan.level.value}`: Python {plan.version}, ROS 2 from {source}")
    make_environment(plan)
    install_locked(plan)
    editable = ["install", "--no-deps", "--no-build-isolation", "--editable", "."]
    setup_steps.run_or_stop("this project", [str(PYTHON), "-m", "pip", "--quiet", *editable], LOG)
    if plan.level is Level.TEST:
        install_torch()
        install_simulated_robot(plan)
    find_graphics_library()
    print(f"ready in {time.monotonic() - started:.0f} s")


def make_environment(plan: Plan) -> None:
    """Make .venv, anew when it is broken or of another kind."""
    kind, wanted = VENV / "kind", kind_of(ROS_DISTRO, INSISTED_PYTHON)
    works = [str(PYTHON), "-c", "import pip"]
    same = kind.exists() and kind.read_text(encoding="utf-8") == wanted
    if same and PYTHON.exists() and subprocess.run(works, check=False, capture_output=True).returncode == 0:
        return
    if not plan.interpreter.has_venv:
        setup_steps.install_system_packages("Python's venv module", [f"python{plan.version}-venv"], LOG)
    shutil.rmtree(VENV, ignore_errors=True)
    shared = ["--system-site-packages"] if plan.ros is Ros.SOURCED else []
    setup_steps.run_or_stop("virtual environment", [plan.interpreter.command, "-m", "venv", *shared, str(VENV)], LOG)
    kind.write_text(wanted, encoding="utf-8")


def install_locked(plan: Plan) -> None:
    """Install the lock with uv, which is fast, or with pip where uv does not work."""
    options = ["--quiet", "--require-hashes", "-r"]
    pip = [str(PYTHON), "-m", "pip", "install", *options]
    uv = [str(VENV / "bin" / "uv"), "pip", "install", "--system-certs", "--python", str(PYTHON), *options]
    title = f"packages of {plan.lock}"
    has_uv = setup_steps.run("installer", [*pip, "requirements/bootstrap.txt"], LOG)
    if not (has_uv and setup_steps.run(title, [*uv, plan.lock], LOG)):
        setup_steps.run_or_stop(f"{title}, with pip", [*pip, plan.lock], LOG)


def install_torch() -> None:
    """Install torch: the CPU build where one is offered, since nothing here needs a GPU to be tested."""
    requirement = (ROOT / "requirements" / "torch.txt").read_text(encoding="utf-8").split()[-1]
    version = "import importlib.metadata as m; print('torch==' + m.version('torch').split('+')[0])"
    present = subprocess.run([str(PYTHON), "-c", version], check=False, capture_output=True, text=True)
    if present.stdout.strip() == requirement:
        return
    pip = [str(PYTHON), "-m", "pip", "--quiet", "install"]
    uv = [
        str(VENV / "bin" / "uv"),
        "pip",
        "install",
        "--quiet",
        "--system-certs",
        "--python",
        str(PYTHON),
        "--torch-backend",
        "cpu",
    ]
    if setup_steps.run(f"{requirement}, CPU build", [*pip, f"{requirement}+cpu"], LOG):
        return
    if setup_steps.run(f"{requirement}, CPU build, PyTorch's index", [*uv, requirement], LOG):
        return
    setup_steps.run_or_stop(f"{requirement}, default build", [*pip, requirement], LOG)


def install_simulated_robot(plan: Plan) -> None:
    """Make an environment of its own for the robot that the libfranka backend's tests speak to, where it has wheels."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        return
    place = VENV / "franka-sim"
    make = [plan.interpreter.command, "-m", "venv", "--clear", str(place)]
    fill = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "-r"]
    setup_steps.run_or_stop("environment of the simulated robot", make, LOG)
    setup_steps.run_or_stop("simulated robot", [*fill, SIMULATED_ROBOT], LOG)


def find_graphics_library() -> None:
    """Make sure that MuJoCo can render without a screen."""
    look = [str(PYTHON), "-c", "from scripts import graphics_library; exit(not graphics_library.find())"]
    if subprocess.run(look, check=False).returncode == 0:
        return
    setup_steps.install_system_packages("a GL library (EGL)", graphics_library.APT_PACKAGES, LOG)
    setup_steps.run_or_stop("GL library", look, LOG, "EGL is installed but opens no device: install libosmesa6")


if __name__ == "__main__":
    sys.exit(main())
