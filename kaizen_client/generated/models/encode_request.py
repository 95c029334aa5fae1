# Made by `make generate` from openapi.yaml. Do not edit.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.encode_options import EncodeOptions
    from ..models.metadata import Metadata


T = TypeVar("T", bound="EncodeRequest")


@_attrs_define
class EncodeRequest:
    """A JSON value to write as KTOF text."""

    data: Any
    """ Any JSON value, null included. """
    options: EncodeOptions | None | Unset = UNSET
    """ How the text is written. """
    metadata: Metadata | None | Unset = UNSET
    """ Your own fields, echoed in the reply. """
    token_models: list[str] | None | Unset = UNSET
    """ Models to count tokens for. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.encode_options import EncodeOptions  # noqa: PLC0415
        from ..models.metadata import Metadata  # noqa: PLC0415

        data = self.data

        options: dict[str, Any] | None | Unset
        if isinstance(self.options, Unset):
            options = UNSET
        elif isinstance(self.options, EncodeOptions):
            options = self.options.to_dict()
        else:
            options = self.options

        metadata: dict[str, Any] | None | Unset
        if isinstance(self.metadata, Unset):
            metadata = UNSET
        elif isinstance(self.metadata, Metadata):
            metadata = self.metadata.to_dict()
        else:
            metadata = self.metadata

        token_models: list[str] | None | Unset
        if isinstance(self.token_models, Unset):
            token_models = UNSET
        elif isinstance(self.token_models, list):
            token_models = self.token_models

        else:
            token_models = self.token_models

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "data": data,
            }
        )
        if options is not UNSET:
            field_dict["options"] = options
        if metadata is not UNSET:
            field_dict["metadata"] = metadata
        if token_models is not UNSET:
            field_dict["token_models"] = token_models

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.encode_options import EncodeOptions  # noqa: PLC0415
        from ..models.metadata import Metadata  # noqa: PLC0415

        d = dict(src_dict)
        data = d.pop("data")

        def _parse_options(data: object) -> EncodeOptions | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                options_type_0 = EncodeOptions.from_dict(data)

                return options_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(EncodeOptions | None | Unset, data)

        options = _parse_options(d.pop("options", UNSET))

        def _parse_metadata(data: object) -> Metadata | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                metadata_type_0 = Metadata.from_dict(data)

                return metadata_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Metadata | None | Unset, data)

        metadata = _parse_metadata(d.pop("metadata", UNSET))

        def _parse_token_models(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                token_models_type_0 = cast(list[str], data)

                return token_models_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        token_models = _parse_token_models(d.pop("token_models", UNSET))

        encode_request = cls(
            data=data,
            options=options,
            metadata=metadata,
            token_models=token_models,
        )

        encode_request.additional_properties = d
        return encode_request

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
