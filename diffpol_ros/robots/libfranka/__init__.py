"""A Franka Research 3 over libfranka's own protocol, through franky, whose 1 kHz loop is native."""

from diffpol_ros.robots.backends import Backend
from diffpol_ros.robots.libfranka.robot import LibfrankaRobot
from diffpol_ros.robots.libfranka.settings import LibfrankaSettings

BACKEND = Backend(LibfrankaSettings, LibfrankaRobot)
