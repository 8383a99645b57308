"""How images are stored: what is no format is refused with what is one."""

import pytest

from diffpol_ros.core.errors import SettingsError
from diffpol_ros.core.image_format import AS_SENT, ImageFormat


@pytest.mark.parametrize(("kind", "packs"), [("raw", False), ("png", True), ("jpeg", True)])
def test_all_but_raw_images_are_packed(kind: str, packs: bool) -> None:
    assert ImageFormat(kind).packs is packs
    assert not AS_SENT.packs


@pytest.mark.parametrize(
    ("kind", "quality", "told"),
    [
        ("gif", 95, "image_format is 'gif', expected one of raw, png, jpeg"),
        ("", 95, "image_format is '', expected one of raw, png, jpeg"),
        ("jpeg", 0, "jpeg_quality is 0, expected 1 to 100"),
        ("jpeg", 101, "jpeg_quality is 101, expected 1 to 100"),
    ],
)
def test_what_is_no_format_is_refused_with_what_is_one(kind: str, quality: int, told: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        ImageFormat(kind, quality)
    assert str(refusal.value) == told


@pytest.mark.parametrize("quality", [1, 100])
def test_the_ends_of_the_scale_are_in_it(quality: int) -> None:
    assert ImageFormat("jpeg", quality).jpeg_quality == quality
