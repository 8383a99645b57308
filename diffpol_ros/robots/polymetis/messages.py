"""Polymetis's wire format: message classes and method names, built at import from the text below.

The text is the protocol in the proto3 language, in the subset that `_parse` reads. Building the classes from
descriptors instead of generated files lets one source serve every protobuf runtime from 4.21 on.
Timestamp is google.protobuf.Timestamp by another name: the same bytes on the wire.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

PROTOCOL = """
message Empty {}
message Timestamp { int64 seconds = 1; int32 nanos = 2; }
message ControllerChunk { bytes torchscript_binary_chunk = 1; }
message LogInterval { int32 start = 1; int32 end = 2; }
message TorqueCommand { Timestamp timestamp = 1; repeated float joint_torques = 2; }
message RobotState {
  Timestamp timestamp = 1;
  repeated float joint_positions = 2;
  repeated float joint_velocities = 3;
  repeated float joint_torques_computed = 4;
  repeated float prev_joint_torques_computed = 5;
  repeated float prev_joint_torques_computed_safened = 6;
  repeated float motor_torques_measured = 7;
  repeated float motor_torques_external = 8;
  repeated float motor_torques_desired = 9;
  float prev_controller_latency_ms = 10;
  bool prev_command_successful = 11;
  int32 error_code = 12;
}
message RobotClientMetadata {
  string urdf_file = 1;
  int32 hz = 2;
  repeated float default_Kq = 3;
  repeated float default_Kqd = 4;
  bytes default_controller = 5;
  int32 dof = 6;
  string ee_link_name = 7;
  int32 ee_link_idx = 8;
  repeated float rest_pose = 9;
  string polymetis_version = 10;
  repeated float default_Kx = 11;
  repeated float default_Kxd = 12;
}
message GripperMetadata { string polymetis_version = 1; int32 hz = 2; float max_width = 3; }
message GripperCommand {
  Timestamp timestamp = 1;
  float width = 2;
  float speed = 3;
  float force = 4;
  bool grasp = 5;
  float epsilon_inner = 6;
  float epsilon_outer = 7;
}
message GripperState {
  Timestamp timestamp = 1;
  float width = 2;
  bool is_grasped = 3;
  bool is_moving = 4;
  int32 error_code = 5;
  bool prev_command_successful = 6;
}
service PolymetisControllerServer {
  rpc SetController (stream ControllerChunk) returns (LogInterval);
  rpc UpdateController (stream ControllerChunk) returns (LogInterval);
  rpc TerminateController (Empty) returns (LogInterval);
  rpc GetRobotState (Empty) returns (RobotState);
  rpc GetRobotStateStream (Empty) returns (stream RobotState);
  rpc GetRobotStateLog (LogInterval) returns (stream RobotState);
  rpc GetEpisodeInterval (Empty) returns (LogInterval);
  rpc InitRobotClient (RobotClientMetadata) returns (Empty);
  rpc ControlUpdate (RobotState) returns (TorqueCommand);
  rpc GetRobotClientMetadata (Empty) returns (RobotClientMetadata);
}
service GripperServer {
  rpc InitRobotClient (GripperMetadata) returns (Empty);
  rpc GetRobotClientMetadata (Empty) returns (GripperMetadata);
  rpc GetState (Empty) returns (GripperState);
  rpc Goto (GripperCommand) returns (Empty);
  rpc ControlUpdate (GripperState) returns (GripperCommand);
}
"""

CHUNK_BYTES = 1024
MODEL_BYTES = 1024 * 1024

_MESSAGE = re.compile(r"message (\w+) \{(.*?)\}", re.DOTALL)
_FIELD = re.compile(r"(repeated )?(\w+) (\w+) = (\d+);")
_SERVICE = re.compile(r"service (\w+) \{(.*?)\n\}", re.DOTALL)
_METHOD = re.compile(r"rpc (\w+) \((stream )?(\w+)\) returns \((stream )?(\w+)\);")


@dataclass(frozen=True)
class Method:
    """One remote procedure: `path` is its full name on the wire."""

    service: str
    name: str
    request: type[Any]
    response: type[Any]
    streams_requests: bool
    streams_responses: bool

    @property
    def path(self) -> str:
        """Return the name that goes over the wire."""
        return f"/{self.service}/{self.name}"


def _field(number: int, kind: str, name: str, repeated: bool) -> descriptor_pb2.FieldDescriptorProto:
    field = descriptor_pb2.FieldDescriptorProto(name=name, number=number)
    field.label = field.LABEL_REPEATED if repeated else field.LABEL_OPTIONAL
    if kind == "Timestamp":
        field.type, field.type_name = field.TYPE_MESSAGE, f".{kind}"
    else:
        field.type = descriptor_pb2.FieldDescriptorProto.Type.Value(f"TYPE_{kind.upper()}")
    return field


def _parse_messages() -> dict[str, type[Any]]:
    file = descriptor_pb2.FileDescriptorProto(name="polymetis.proto", syntax="proto3")
    for name, body in _MESSAGE.findall(PROTOCOL):
        fields = [_field(int(number), kind, field, bool(many)) for many, kind, field, number in _FIELD.findall(body)]
        file.message_type.add(name=name).field.extend(fields)
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    make = _class_maker(pool)
    return {message.name: make(pool.FindMessageTypeByName(message.name)) for message in file.message_type}


def _class_maker(pool: descriptor_pool.DescriptorPool) -> Callable[[Any], type[Any]]:
    """Return the function that makes a message class; protobuf 4.21 has another one than its successors."""
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass
    return message_factory.MessageFactory(pool).GetPrototype  # type: ignore[attr-defined]


def _parse_methods(messages: dict[str, type[Any]]) -> dict[str, dict[str, Method]]:
    services: dict[str, dict[str, Method]] = {}
    for service, body in _SERVICE.findall(PROTOCOL):
        services[service] = {
            name: Method(service, name, messages[request], messages[response], bool(incoming), bool(outgoing))
            for name, incoming, request, outgoing, response in _METHOD.findall(body)
        }
    return services


_MESSAGES = _parse_messages()
_SERVICES = _parse_methods(_MESSAGES)

Empty = _MESSAGES["Empty"]
Timestamp = _MESSAGES["Timestamp"]
ControllerChunk = _MESSAGES["ControllerChunk"]
LogInterval = _MESSAGES["LogInterval"]
RobotState = _MESSAGES["RobotState"]
RobotClientMetadata = _MESSAGES["RobotClientMetadata"]
GripperMetadata = _MESSAGES["GripperMetadata"]
GripperCommand = _MESSAGES["GripperCommand"]
GripperState = _MESSAGES["GripperState"]

CONTROLLER_METHODS = _SERVICES["PolymetisControllerServer"]
GRIPPER_METHODS = _SERVICES["GripperServer"]


def stamp_of(timestamp: Any) -> int:
    """Return a Timestamp as integer [ns]."""
    return int(timestamp.seconds) * 1_000_000_000 + int(timestamp.nanos)


def timestamp_of(stamp_ns: int) -> Any:
    """Return integer [ns] as a Timestamp."""
    seconds, nanoseconds = divmod(stamp_ns, 1_000_000_000)
    return Timestamp(seconds=seconds, nanos=nanoseconds)


def chunks_of(archive: bytes) -> list[Any]:
    """Return a TorchScript file as the messages it travels in."""
    starts = range(0, len(archive), CHUNK_BYTES)
    return [ControllerChunk(torchscript_binary_chunk=archive[start : start + CHUNK_BYTES]) for start in starts]
