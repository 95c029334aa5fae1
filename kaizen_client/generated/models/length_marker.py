# Made by `make generate` from openapi.yaml. Do not edit.
from typing import Literal

LengthMarker = Literal["#"]

LENGTH_MARKER_VALUES: set[LengthMarker] = {
    "#",
}


def check_length_marker(value: str) -> LengthMarker:
    if value in LENGTH_MARKER_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LENGTH_MARKER_VALUES!r}"
    )
