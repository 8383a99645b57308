import inspect

from diffpol_ros.core import errors


def test_every_error_can_be_caught_as_one() -> None:
    classes = [one for _, one in inspect.getmembers(errors, inspect.isclass)]
    assert len(classes) > 1
    assert all(issubclass(one, errors.DiffpolError) and one.__doc__ for one in classes)
