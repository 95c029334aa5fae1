# Made by `make generate` from openapi.yaml. Do not edit.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.decode_options import DecodeOptions


T = TypeVar("T", bound="OptimizeResponsePayload")


@_attrs_define
class OptimizeResponsePayload:
    """A provider reply written in KTOF."""

    ktof: str
    """ KTOF text. """
    options: DecodeOptions | None | Unset = UNSET
    """ How the text is read. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.decode_options import DecodeOptions  # noqa: PLC0415

        ktof = self.ktof

        options: dict[str, Any] | None | Unset
        if isinstance(self.options, Unset):
            options = UNSET
        elif isinstance(self.options, DecodeOptions):
            options = self.options.to_dict()
        else:
            options = self.options

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "ktof": ktof,
            }
        )
        if options is not UNSET:
            field_dict["options"] = options

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.decode_options import DecodeOptions  # noqa: PLC0415

        d = dict(src_dict)
        ktof = d.pop("ktof")

        def _parse_options(data: object) -> DecodeOptions | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                options_type_0 = DecodeOptions.from_dict(data)

                return options_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(DecodeOptions | None | Unset, data)

        options = _parse_options(d.pop("options", UNSET))

        optimize_response_payload = cls(
            ktof=ktof,
            options=options,
        )

        optimize_response_payload.additional_properties = d
        return optimize_response_payload

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
