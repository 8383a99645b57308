"""Columns of a table of parquet from numpy arrays, and back."""

import io
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sim.data.frames import Images
from sim.data.lerobot.features import Feature
from sim.data.packages import needed
from sim.errors import DatasetError


def arrow() -> Any:
    """Return pyarrow."""
    return needed("pyarrow", "a data set of LeRobot")


def parquet() -> Any:
    """Return pyarrow.parquet."""
    return needed("pyarrow.parquet", "a data set of LeRobot")


def table_of(values: Mapping[str, NDArray[Any]], features: Mapping[str, Feature]) -> Any:
    """Return a table of T rows from arrays (T,), (T, n) or, for pictures, (T, h, w, 3)."""
    columns = {name: _column(values[name], feature) for name, feature in features.items()}
    described = {name: feature.told_to_datasets() for name, feature in features.items()}
    metadata = {"huggingface": json.dumps({"info": {"features": described}})}
    return arrow().table(columns).replace_schema_metadata(metadata)


def _column(values: NDArray[Any], feature: Feature) -> Any:
    if feature.is_image:
        return _pictures(values)
    array = arrow().array(np.ascontiguousarray(values).reshape(-1).astype(feature.dtype))
    return array if feature.shape == (1,) else arrow().FixedSizeListArray.from_arrays(array, feature.shape[0])


def _pictures(images: Images) -> Any:
    """Return PNG files, as LeRobot keeps them in a table: bytes, and the name that they would have."""
    encoded = [_png(image) for image in images]
    names = [f"frame-{number:06d}.png" for number in range(len(images))]
    return arrow().StructArray.from_arrays([arrow().array(encoded), arrow().array(names)], ["bytes", "path"])


def _png(image: Images) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def numbers_of(table: Any, name: str, source: str) -> NDArray[Any]:
    """Return a column's numbers (T, n), whatever lists of the same length they lie in; `source` is for errors."""
    column = table.column(name).combine_chunks()
    rows, lists = len(column), arrow().types
    while lists.is_list(column.type) or lists.is_large_list(column.type) or lists.is_fixed_size_list(column.type):
        lengths = needed("pyarrow.compute", "a data set of LeRobot").list_value_length(column)
        if column.null_count or len(lengths.unique()) > 1:
            raise DatasetError(f"{source}: {name}: not every frame has as many numbers")
        column = column.flatten()
    if column.null_count:
        raise DatasetError(f"{source}: {name}: {column.null_count} numbers are absent")
    return column.to_numpy(zero_copy_only=False).reshape(rows, -1)
