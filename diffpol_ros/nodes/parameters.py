"""ROS parameters as one frozen dataclass: declared with descriptions and ranges, unknown names refused."""

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.exceptions import InvalidParameterTypeException, InvalidParameterValueException
from rclpy.node import Node
from rclpy.parameter import Parameter

from diffpol_ros.core.errors import SettingsError
from diffpol_ros.core.settings import closest, out_of_range

Kind = TypeVar("Kind")
_RESERVED = {"use_sim_time", "autostart", "start_type_description_service"}
_SCALARS = {
    bool: Parameter.Type.BOOL,
    int: Parameter.Type.INTEGER,
    float: Parameter.Type.DOUBLE,
    str: Parameter.Type.STRING,
}
_LISTS = {
    bool: Parameter.Type.BOOL_ARRAY,
    int: Parameter.Type.INTEGER_ARRAY,
    float: Parameter.Type.DOUBLE_ARRAY,
    str: Parameter.Type.STRING_ARRAY,
}
_LARGEST_INTEGER = 2**63 - 1


def load_parameters(node: Node, kind: type[Kind], live: tuple[str, ...] = ()) -> Kind:
    """Declare the fields of `kind` as parameters of `node` and return their values.

    Fields are bool, int, float, str or a tuple of one of them, made with `core.settings.setting`. All but those
    named in `live` are read-only. An override of a parameter that does not exist is an error: ROS would ignore it.
    """
    hints = get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    _refuse_unknown(node, set(fields))
    values = {name: _declare(node, field, hints[name], name in live) for name, field in fields.items()}
    try:
        return kind(**values)
    except ValueError as error:
        raise SettingsError(f"{node.get_name()}: {error}") from error


def _refuse_unknown(node: Node, known: set[str]) -> None:
    # rclpy offers the overrides of undeclared parameters nowhere else.
    overrides: Mapping[str, Any] = node._parameter_overrides
    for name in overrides:
        if name not in known | _RESERVED and not name.startswith("qos_overrides"):
            raise SettingsError(f"{node.get_name()}: parameter {name!r} does not exist; {closest(name, known)}")


def _declare(node: Node, field: dataclasses.Field[Any], hint: Any, live: bool) -> Any:
    if node.has_parameter(field.name):
        return _value(node, field, hint)
    parameter_type = _LISTS[get_args(hint)[0]] if get_origin(hint) is tuple else _SCALARS[hint]
    descriptor = ParameterDescriptor(
        description=field.metadata.get("description", ""), read_only=not live, type=parameter_type.value
    )
    _set_range(descriptor, hint, field.metadata)
    default = _default(field)
    try:
        if default is None:
            node.declare_parameter(field.name, parameter_type, descriptor)
        else:
            node.declare_parameter(field.name, list(default) if isinstance(default, tuple) else default, descriptor)
    except (InvalidParameterTypeException, InvalidParameterValueException) as error:
        raise SettingsError(f"{node.get_name()}: parameter {field.name}: {error}") from error
    return _value(node, field, hint)


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default is not dataclasses.MISSING:
        return field.default
    return None if field.default_factory is dataclasses.MISSING else field.default_factory()


def _value(node: Node, field: dataclasses.Field[Any], hint: Any) -> Any:
    parameter = node.get_parameter_or(field.name)
    if parameter is None or parameter.type_ == Parameter.Type.NOT_SET:
        raise SettingsError(f"{node.get_name()}: parameter {field.name!r} is not set: {field.metadata['description']}")
    value: Any = parameter.value
    items = list(value) if get_origin(hint) is tuple else [value]
    for item in items:
        complaint = out_of_range(item, field.metadata)
        if complaint:
            raise SettingsError(f"{node.get_name()}: parameter {field.name} {complaint}")
    return tuple(items) if get_origin(hint) is tuple else value


def _set_range(descriptor: ParameterDescriptor, hint: Any, limits: Mapping[str, Any]) -> None:
    minimum, maximum = limits.get("minimum"), limits.get("maximum")
    if minimum is None and maximum is None:
        return
    if hint is float:
        lower = float("-inf") if minimum is None else float(minimum)
        upper = float("inf") if maximum is None else float(maximum)
        descriptor.floating_point_range = [FloatingPointRange(from_value=lower, to_value=upper)]
    elif hint is int:
        lower = -_LARGEST_INTEGER if minimum is None else int(minimum)
        upper = _LARGEST_INTEGER if maximum is None else int(maximum)
        descriptor.integer_range = [IntegerRange(from_value=lower, to_value=upper)]
