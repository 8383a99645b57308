"""Install diffpol_ros: the same file serves `pip install .` and `colcon build`."""

import re
from pathlib import Path

from setuptools import find_packages, setup

PACKAGE = "diffpol_ros"
SHARED_FOLDERS = ("models", "calibration", "launch")
NOT_SHARED = ("__pycache__", ".pyc")

ROBOT_SIDE = [
    "PyYAML",
    "grpcio",
    "matplotlib",
    "mcap",
    "mcap-ros2-support",
    "numpy",
    "onnx",
    "onnxruntime",
    "opencv-python-headless",  # opencv-python without its windows: the same module, no Qt and no libGL to install
    "pillow",
    "protobuf>=4.21",
    "pupil-apriltags",
    "rich",
    "rosbags",
    "ruckig",
    "scipy",
    "tqdm",
    "tyro",
    "zstandard",
]
EXTRAS = {
    "ros": [
        "ros-jazzy-rclpy==7.1.6",
        "ros-jazzy-rmw-fastrtps-cpp==8.4.3",
        "ros-jazzy-common-interfaces==5.3.6",
        "ros-wheels-bootstrapper==0.1.2",
        "empy==4.2.1",
        "lark-parser==0.12.0",
    ],
    "twin": ["mujoco>=3.3", "PyOpenGL"],
    "libfranka": ["franky-control>=2.0,<3"],
    "video": ["imageio-ffmpeg"],
    "view": ["rerun-sdk>=0.39"],
    "sim": ["torch", "cattrs", "diffusers", "gymnasium", "h5py", "pyarrow", "tensorboard", "zarr"],
    "scale": ["ray"],
    "test": ["pytest", "pytest-timeout", "pytest-xdist", "hypothesis", "imageio", "psutil"],
    "dev": ["ruff", "pyright", "mink", "isaacgym-stubs"],
}


def version() -> str:
    """Return the version that the package itself declares."""
    text = Path(PACKAGE, "__init__.py").read_text(encoding="utf-8")
    return re.findall(r'^__version__ = "(.+)"$', text, re.MULTILINE)[0]


def shared_files(folder: str) -> list[tuple[str, list[str]]]:
    """Return where each file below `folder` goes under share/."""
    files = (path for path in sorted(Path(folder).rglob("*")) if path.is_file())
    kept = (path for path in files if not path.suffix.startswith(".old"))  # calibrations before the last one
    wanted = [path for path in kept if not any(part.endswith(NOT_SHARED) for part in path.parts)]
    return [(f"share/{PACKAGE}/{path.parent}", [str(path)]) for path in wanted]


def executables() -> list[str]:
    """Return the wrappers that `ros2 run` and `ros2 launch` look for in lib/<package>."""
    return [str(path) for path in sorted(Path("scripts").glob("*_node"))]


setup(
    name=PACKAGE,
    version=version(),
    description="Run a diffusion policy on a Franka arm, safely, and prove afterwards what it did.",
    long_description=Path("README.md").read_text(encoding="utf-8") if Path("README.md").exists() else "",
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    python_requires=">=3.10",
    packages=find_packages(include=[PACKAGE, f"{PACKAGE}.*"]),
    package_data={PACKAGE: ["py.typed", "robots/polymetis/controllers/*", "replay/report/page.*"]},
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{PACKAGE}"]),
        (f"share/{PACKAGE}", ["package.xml"]),
        *(entry for folder in SHARED_FOLDERS for entry in shared_files(folder)),
        (f"lib/{PACKAGE}", executables()),
    ],
    install_requires=ROBOT_SIDE,
    extras_require=EXTRAS,
    entry_points={"console_scripts": ["diffpol = diffpol_ros.cli.main:main"]},
    zip_safe=False,
)
