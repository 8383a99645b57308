"""An OpenGL context without a screen: EGL where it works, else OSMesa, else the way to get one."""

import importlib
import os
import sys
from typing import Protocol

from diffpol_ros.core.errors import ResourceError

BACKENDS = ("egl", "osmesa")
CURE = "run: apt-get install -y libegl1 libopengl0 libegl-mesa0 libgl1-mesa-dri    (or: apt-get install -y libosmesa6)"


class GraphicsContext(Protocol):
    """What MuJoCo needs of an OpenGL context."""

    def make_current(self) -> None:
        """Let the calling thread draw with it."""
        ...

    def free(self) -> None:
        """Give it back."""
        ...


def create_context(width: int, height: int) -> GraphicsContext:
    """Return a context for images of up to `width` x `height`; the calling thread can draw with it at once."""
    complaints = []
    forced = os.environ.get("MUJOCO_GL", "").lower()
    for backend in [forced] if forced in BACKENDS else BACKENDS:
        _choose(backend)
        try:
            context = importlib.import_module(f"mujoco.{backend}").GLContext(width, height)
            context.make_current()
        # PyOpenGL raises what its C bindings raise: ctypes.ArgumentError without libOpenGL, EGLError, AttributeError.
        except Exception as error:  # noqa: BLE001
            complaints.append(f"{backend}: {str(error) or type(error).__name__}")
        else:
            return context
    os.environ["MUJOCO_GL"] = forced
    raise ResourceError(f"no OpenGL without a screen ({'; '.join(complaints)}); {CURE}")


def _choose(backend: str) -> None:
    """Let MuJoCo and PyOpenGL use `backend`; PyOpenGL chooses once, at its import, and keeps one that failed."""
    os.environ["MUJOCO_GL"] = backend
    if os.environ.get("PYOPENGL_PLATFORM") == backend:
        return
    os.environ["PYOPENGL_PLATFORM"] = backend
    for name in [name for name in sys.modules if name.split(".")[0] == "OpenGL" or name == f"mujoco.{backend}"]:
        del sys.modules[name]
