"""Where an arm may be: its body and the guards that watch it."""

from diffpol_ros.control.guards.clearance import ClearanceGuard
from diffpol_ros.control.guards.finding import Finding
from diffpol_ros.control.guards.joint_margin import JointMargin
from diffpol_ros.control.guards.keep_out import KeepOuts
from diffpol_ros.control.guards.table import Table
from diffpol_ros.control.guards.workspace import Workspace
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.types import Array


class Room:
    """What a robot's description says about places."""

    def __init__(self, description: RobotDescription) -> None:
        """Take body, box, keep-outs, table and joint limits from `description`."""
        safety = description.safety
        self.body = description.body()
        self._workspace = Workspace(self.body, description.workspace)
        self.places: list[ClearanceGuard] = [self._workspace, Table(self.body, safety.table_height)]
        if safety.keep_outs:
            self.places.append(KeepOuts(self.body, safety.keep_outs))
        self.guards: list[ClearanceGuard] = [*self.places, JointMargin(description.limits, safety.joint_margin)]

    def refuses(self, asked: Array, positions: Array) -> Finding | None:
        """Return why the tool must not go for `asked` (3,) [m] from the joint `positions` (7,) [rad]."""
        room = self._workspace.room(asked)
        if room >= 0.0 or room > self._workspace.room(self.body.at(positions[None]).tool[0]):
            return None
        return Finding(self._workspace.name, self._workspace.where("the policy asks for", asked))
