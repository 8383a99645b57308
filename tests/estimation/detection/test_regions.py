"""Regions hold the tags they were made for, and no pixel twice."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.estimation.detection.regions import Region, around, merged

SQUARE = np.array([[0.0, 20.0], [20.0, 20.0], [20.0, 0.0], [0.0, 0.0]])
edges = st.integers(0, 300)
regions = st.builds(lambda x, y, w, h: Region(x, y, x + w, y + h), edges, edges, st.integers(1, 90), st.integers(1, 90))


@given(st.lists(regions, max_size=8))
def test_merged_regions_are_apart_and_cover_all(boxes: list[Region]) -> None:
    apart = merged(boxes)
    assert not any(one.overlaps(other) for i, one in enumerate(apart) for other in apart[:i])
    assert all(any(one.joined(box) == one for one in apart) for box in boxes)


@given(x=st.floats(-100, 800), y=st.floats(-100, 600), dx=st.floats(-30, 30), dy=st.floats(-30, 30))
def test_a_region_holds_the_tag_where_it_is_and_where_it_goes(x: float, y: float, dx: float, dy: float) -> None:
    now, step = np.add(SQUARE, [x, y]), np.array([dx, dy])
    region = around(now, now - step, 0.5, (480, 640))
    for corner in (*now, *(now + step)):
        if 0 <= corner[0] <= 639 and 0 <= corner[1] <= 479:
            assert region.left <= corner[0] < region.right
            assert region.top <= corner[1] < region.bottom
    assert region.left >= 0 and region.top >= 0 and region.right <= 640 and region.bottom <= 480
