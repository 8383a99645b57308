"""The environment of a process that joins a graph which runs already: the graph's own profile of DDS."""

import os
import sys
from collections.abc import Mapping

from diffpol_ros.core.resources import resource_root

PROFILE = "FASTRTPS_DEFAULT_PROFILES_FILE"


def joining(environment: Mapping[str, str]) -> dict[str, str]:
    """Return `environment` with the graph's profile, if it has none: with the default one half the images are lost."""
    own = {PROFILE: str(resource_root() / "launch" / "fastdds.xml"), "AMENT_PREFIX_PATH": sys.prefix}
    return {**own, **environment}


def join_graph() -> None:
    """Let this process join; to be called before ROS is imported, which reads its environment then."""
    os.environ.update(joining(os.environ))
