# Made by `make generate` from openapi.yaml. Do not edit.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.metadata import Metadata
    from ..models.replacement import Replacement
    from ..models.schema_hints import SchemaHints


T = TypeVar("T", bound="Meta")


@_attrs_define
class Meta:
    """What the service noted on the way. Pass it back as `replay_meta` to restore a prompt."""

    auto_detected_json: bool | None | Unset = UNSET
    """ Whether JSON was found inside text. """
    embedded_json_count: int | None | Unset = UNSET
    """ How many JSON blocks were found inside text. """
    segments_schema: None | str | Unset = UNSET
    """ How the text is to be read, such as `text_with_ktof`. """
    replacements: list[Replacement] | None | Unset = UNSET
    """ The blocks that were replaced. """
    auto_detection_applied: bool | None | Unset = UNSET
    """ Whether any block was replaced. """
    schemas: None | SchemaHints | Unset = UNSET
    """ The schema hints, echoed. """
    client_metadata: Metadata | None | Unset = UNSET
    """ The caller's metadata, echoed (server form). """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.metadata import Metadata  # noqa: PLC0415
        from ..models.schema_hints import SchemaHints  # noqa: PLC0415

        auto_detected_json: bool | None | Unset
        if isinstance(self.auto_detected_json, Unset):
            auto_detected_json = UNSET
        else:
            auto_detected_json = self.auto_detected_json

        embedded_json_count: int | None | Unset
        if isinstance(self.embedded_json_count, Unset):
            embedded_json_count = UNSET
        else:
            embedded_json_count = self.embedded_json_count

        segments_schema: None | str | Unset
        if isinstance(self.segments_schema, Unset):
            segments_schema = UNSET
        else:
            segments_schema = self.segments_schema

        replacements: list[dict[str, Any]] | None | Unset
        if isinstance(self.replacements, Unset):
            replacements = UNSET
        elif isinstance(self.replacements, list):
            replacements = []
            for replacements_type_0_item_data in self.replacements:
                replacements_type_0_item = replacements_type_0_item_data.to_dict()
                replacements.append(replacements_type_0_item)

        else:
            replacements = self.replacements

        auto_detection_applied: bool | None | Unset
        if isinstance(self.auto_detection_applied, Unset):
            auto_detection_applied = UNSET
        else:
            auto_detection_applied = self.auto_detection_applied

        schemas: dict[str, Any] | None | Unset
        if isinstance(self.schemas, Unset):
            schemas = UNSET
        elif isinstance(self.schemas, SchemaHints):
            schemas = self.schemas.to_dict()
        else:
            schemas = self.schemas

        client_metadata: dict[str, Any] | None | Unset
        if isinstance(self.client_metadata, Unset):
            client_metadata = UNSET
        elif isinstance(self.client_metadata, Metadata):
            client_metadata = self.client_metadata.to_dict()
        else:
            client_metadata = self.client_metadata

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if auto_detected_json is not UNSET:
            field_dict["auto_detected_json"] = auto_detected_json
        if embedded_json_count is not UNSET:
            field_dict["embedded_json_count"] = embedded_json_count
        if segments_schema is not UNSET:
            field_dict["segments_schema"] = segments_schema
        if replacements is not UNSET:
            field_dict["replacements"] = replacements
        if auto_detection_applied is not UNSET:
            field_dict["auto_detection_applied"] = auto_detection_applied
        if schemas is not UNSET:
            field_dict["schemas"] = schemas
        if client_metadata is not UNSET:
            field_dict["client_metadata"] = client_metadata

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.metadata import Metadata  # noqa: PLC0415
        from ..models.replacement import Replacement  # noqa: PLC0415
        from ..models.schema_hints import SchemaHints  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_auto_detected_json(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        auto_detected_json = _parse_auto_detected_json(
            d.pop("auto_detected_json", UNSET)
        )

        def _parse_embedded_json_count(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        embedded_json_count = _parse_embedded_json_count(
            d.pop("embedded_json_count", UNSET)
        )

        def _parse_segments_schema(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        segments_schema = _parse_segments_schema(d.pop("segments_schema", UNSET))

        def _parse_replacements(data: object) -> list[Replacement] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                replacements_type_0 = []
                _replacements_type_0 = data
                for replacements_type_0_item_data in _replacements_type_0:
                    replacements_type_0_item = Replacement.from_dict(
                        replacements_type_0_item_data
                    )

                    replacements_type_0.append(replacements_type_0_item)

                return replacements_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[Replacement] | None | Unset, data)

        replacements = _parse_replacements(d.pop("replacements", UNSET))

        def _parse_auto_detection_applied(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        auto_detection_applied = _parse_auto_detection_applied(
            d.pop("auto_detection_applied", UNSET)
        )

        def _parse_schemas(data: object) -> None | SchemaHints | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                schemas_type_0 = SchemaHints.from_dict(data)

                return schemas_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | SchemaHints | Unset, data)

        schemas = _parse_schemas(d.pop("schemas", UNSET))

        def _parse_client_metadata(data: object) -> Metadata | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                client_metadata_type_0 = Metadata.from_dict(data)

                return client_metadata_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Metadata | None | Unset, data)

        client_metadata = _parse_client_metadata(d.pop("client_metadata", UNSET))

        meta = cls(
            auto_detected_json=auto_detected_json,
            embedded_json_count=embedded_json_count,
            segments_schema=segments_schema,
            replacements=replacements,
            auto_detection_applied=auto_detection_applied,
            schemas=schemas,
            client_metadata=client_metadata,
        )

        meta.additional_properties = d
        return meta

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
