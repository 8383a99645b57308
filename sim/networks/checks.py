"""What settings of networks must say, checked where they are made."""

from collections.abc import Iterable

from sim.errors import NetworkError


def require_positive(owner: str, **numbers: float) -> None:
    """Refuse numbers that are not greater than zero; `owner` is what they belong to."""
    for name, number in numbers.items():
        if number <= 0:
            raise NetworkError(f"{owner}: {name} is {number}, expected more than 0")


def require_widths(owner: str, name: str, widths: Iterable[int]) -> None:
    """Refuse layers without any numbers."""
    widths = tuple(widths)
    if any(width < 1 for width in widths):
        raise NetworkError(f"{owner}: {name} are {widths}, expected widths of 1 or more")


def require_multiple(owner: str, name: str, number: int, divisor: int, why: str) -> None:
    """Refuse a number that `divisor` does not divide; `why` says what divides it."""
    if number < 1 or number % divisor:
        nearest = max(divisor, round(number / divisor) * divisor)
        raise NetworkError(f"{owner}: {name} is {number}, expected a multiple of {divisor} ({why}), such as {nearest}")
