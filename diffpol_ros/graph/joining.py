"""The environment of a process that joins a graph which runs already: the graph's own profile of DDS."""

import os
import sys

from diffpol_ros.core.resources import resource_root

PROFILE = "FASTRTPS_DEFAULT_PROFILES_FILE"


def join_graph() -> None:
    """Take the graph's profile where none is set: with the default one half the images are lost.

    To be called before ROS is imported, which reads it then.
    """
    os.environ.setdefault(PROFILE, str(resource_root() / "launch" / "fastdds.xml"))
    os.environ.setdefault("AMENT_PREFIX_PATH", sys.prefix)
