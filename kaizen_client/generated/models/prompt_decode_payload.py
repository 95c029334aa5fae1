# Made by `make generate` from openapi.yaml. Do not edit.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.decode_options import DecodeOptions
    from ..models.metadata import Metadata
    from ..models.replay_meta import ReplayMeta


T = TypeVar("T", bound="PromptDecodePayload")


@_attrs_define
class PromptDecodePayload:
    """A prompt in KTOF text to read back."""

    ktof: str
    """ KTOF text, as `prompts_encode` gave it. """
    options: DecodeOptions | None | Unset = UNSET
    """ How the text is read. """
    replay_meta: None | ReplayMeta | Unset = UNSET
    """ The `meta` of the encode reply, merged into this reply's. """
    metadata: Metadata | None | Unset = UNSET
    """ Your own fields, echoed in the reply. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.decode_options import DecodeOptions  # noqa: PLC0415
        from ..models.metadata import Metadata  # noqa: PLC0415
        from ..models.replay_meta import ReplayMeta  # noqa: PLC0415

        ktof = self.ktof

        options: dict[str, Any] | None | Unset
        if isinstance(self.options, Unset):
            options = UNSET
        elif isinstance(self.options, DecodeOptions):
            options = self.options.to_dict()
        else:
            options = self.options

        replay_meta: dict[str, Any] | None | Unset
        if isinstance(self.replay_meta, Unset):
            replay_meta = UNSET
        elif isinstance(self.replay_meta, ReplayMeta):
            replay_meta = self.replay_meta.to_dict()
        else:
            replay_meta = self.replay_meta

        metadata: dict[str, Any] | None | Unset
        if isinstance(self.metadata, Unset):
            metadata = UNSET
        elif isinstance(self.metadata, Metadata):
            metadata = self.metadata.to_dict()
        else:
            metadata = self.metadata

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "ktof": ktof,
            }
        )
        if options is not UNSET:
            field_dict["options"] = options
        if replay_meta is not UNSET:
            field_dict["replay_meta"] = replay_meta
        if metadata is not UNSET:
            field_dict["metadata"] = metadata

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.decode_options import DecodeOptions  # noqa: PLC0415
        from ..models.metadata import Metadata  # noqa: PLC0415
        from ..models.replay_meta import ReplayMeta  # noqa: PLC0415

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

        def _parse_replay_meta(data: object) -> None | ReplayMeta | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                replay_meta_type_0 = ReplayMeta.from_dict(data)

                return replay_meta_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ReplayMeta | Unset, data)

        replay_meta = _parse_replay_meta(d.pop("replay_meta", UNSET))

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

        prompt_decode_payload = cls(
            ktof=ktof,
            options=options,
            replay_meta=replay_meta,
            metadata=metadata,
        )

        prompt_decode_payload.additional_properties = d
        return prompt_decode_payload

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
