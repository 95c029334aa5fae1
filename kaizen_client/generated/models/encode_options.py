# Made by `make generate` from openapi.yaml. Do not edit.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.delimiter import Delimiter, check_delimiter
from ..models.length_marker import LengthMarker, check_length_marker
from ..types import UNSET, Unset

T = TypeVar("T", bound="EncodeOptions")


@_attrs_define
class EncodeOptions:
    """How KTOF text is written.

    Example:
        {'indent': 1, 'delimiter': '|'}

    """

    indent: int | None | Unset = UNSET
    """ Spaces per level, at least 1. The service's default is 2; 1 nearly always costs fewer tokens. """
    delimiter: Delimiter | None | Unset = UNSET
    """ What separates values in arrays and tables. The service's default is the comma. """
    length_marker: bool | LengthMarker | None | Unset = UNSET
    """ Whether array lengths carry a `#` (`[#3]`). The service's default is false. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        indent: int | None | Unset
        if isinstance(self.indent, Unset):
            indent = UNSET
        else:
            indent = self.indent

        delimiter: None | str | Unset
        if isinstance(self.delimiter, Unset):
            delimiter = UNSET
        elif isinstance(self.delimiter, str):
            delimiter = self.delimiter
        else:
            delimiter = self.delimiter

        length_marker: bool | None | str | Unset
        if isinstance(self.length_marker, Unset):
            length_marker = UNSET
        elif isinstance(self.length_marker, str):
            length_marker = self.length_marker
        else:
            length_marker = self.length_marker

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if indent is not UNSET:
            field_dict["indent"] = indent
        if delimiter is not UNSET:
            field_dict["delimiter"] = delimiter
        if length_marker is not UNSET:
            field_dict["length_marker"] = length_marker

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_indent(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        indent = _parse_indent(d.pop("indent", UNSET))

        def _parse_delimiter(data: object) -> Delimiter | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                delimiter_type_0 = check_delimiter(data)

                return delimiter_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Delimiter | None | Unset, data)

        delimiter = _parse_delimiter(d.pop("delimiter", UNSET))

        def _parse_length_marker(data: object) -> bool | LengthMarker | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                length_marker_type_1 = check_length_marker(data)

                return length_marker_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(bool | LengthMarker | None | Unset, data)

        length_marker = _parse_length_marker(d.pop("length_marker", UNSET))

        encode_options = cls(
            indent=indent,
            delimiter=delimiter,
            length_marker=length_marker,
        )

        encode_options.additional_properties = d
        return encode_options

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
