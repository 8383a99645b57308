"""An OpenGL context without a screen: EGL where it works, else OSMesa, else the way to get one."""

import importlib
import os
from typing import Protocol

from diffpol_ros.core.errors import ResourceError

BACKENDS = ("egl", "osmesa")
CURE = (
    "install one: apt-get install -y libegl1 libegl-mesa0 libgl1-mesa-dri    (or: apt-get install -y libosmesa6); "
    "a backend can be forced with MUJOCO_GL=egl or MUJOCO_GL=osmesa"
)


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
        os.environ["PYOPENGL_PLATFORM"] = backend
        try:
            context = importlib.import_module(f"mujoco.{backend}").GLContext(width, height)
            context.make_current()
        except (ImportError, AttributeError, RuntimeError, OSError, TypeError) as error:
            complaints.append(f"{backend}: {str(error) or type(error).__name__}")
            continue
        return context
    raise ResourceError(f"no OpenGL without a screen ({'; '.join(complaints)}); {CURE}")
