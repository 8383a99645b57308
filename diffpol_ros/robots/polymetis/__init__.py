"""A Franka behind a Polymetis server."""

from diffpol_ros.robots.backends import Backend
from diffpol_ros.robots.polymetis.robot import PolymetisRobot
from diffpol_ros.robots.polymetis.settings import PolymetisSettings

BACKEND = Backend(PolymetisSettings, PolymetisRobot)
