# Made by `make generate` from openapi.yaml. Do not edit.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.meta import Meta
    from ..models.metadata import Metadata
    from ..models.stats import Stats
    from ..models.token_stats import TokenStats


T = TypeVar("T", bound="OptimizeResult")


@_attrs_define
class OptimizeResult:
    """The reply of `optimize`."""

    result: str
    """ The KTOF text. """
    operation: None | str | Unset = UNSET
    """ What was done, such as `optimize`. """
    status: None | str | Unset = UNSET
    """ `ok` or `success`, by the form. """
    stats: None | Stats | Unset = UNSET
    """ The sizes before and after. """
    token_stats: None | TokenStats | Unset = UNSET
    """ Token counts by model. """
    metadata: Metadata | None | Unset = UNSET
    """ The caller's metadata, echoed (documented form). """
    meta: Meta | None | Unset = UNSET
    """ What the service noted on the way (server form). """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.meta import Meta  # noqa: PLC0415
        from ..models.metadata import Metadata  # noqa: PLC0415
        from ..models.stats import Stats  # noqa: PLC0415
        from ..models.token_stats import TokenStats  # noqa: PLC0415

        result = self.result

        operation: None | str | Unset
        if isinstance(self.operation, Unset):
            operation = UNSET
        else:
            operation = self.operation

        status: None | str | Unset
        if isinstance(self.status, Unset):
            status = UNSET
        else:
            status = self.status

        stats: dict[str, Any] | None | Unset
        if isinstance(self.stats, Unset):
            stats = UNSET
        elif isinstance(self.stats, Stats):
            stats = self.stats.to_dict()
        else:
            stats = self.stats

        token_stats: dict[str, Any] | None | Unset
        if isinstance(self.token_stats, Unset):
            token_stats = UNSET
        elif isinstance(self.token_stats, TokenStats):
            token_stats = self.token_stats.to_dict()
        else:
            token_stats = self.token_stats

        metadata: dict[str, Any] | None | Unset
        if isinstance(self.metadata, Unset):
            metadata = UNSET
        elif isinstance(self.metadata, Metadata):
            metadata = self.metadata.to_dict()
        else:
            metadata = self.metadata

        meta: dict[str, Any] | None | Unset
        if isinstance(self.meta, Unset):
            meta = UNSET
        elif isinstance(self.meta, Meta):
            meta = self.meta.to_dict()
        else:
            meta = self.meta

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "result": result,
            }
        )
        if operation is not UNSET:
            field_dict["operation"] = operation
        if status is not UNSET:
            field_dict["status"] = status
        if stats is not UNSET:
            field_dict["stats"] = stats
        if token_stats is not UNSET:
            field_dict["token_stats"] = token_stats
        if metadata is not UNSET:
            field_dict["metadata"] = metadata
        if meta is not UNSET:
            field_dict["meta"] = meta

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.meta import Meta  # noqa: PLC0415
        from ..models.metadata import Metadata  # noqa: PLC0415
        from ..models.stats import Stats  # noqa: PLC0415
        from ..models.token_stats import TokenStats  # noqa: PLC0415

        d = dict(src_dict)
        result = d.pop("result")

        def _parse_operation(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        operation = _parse_operation(d.pop("operation", UNSET))

        def _parse_status(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        status = _parse_status(d.pop("status", UNSET))

        def _parse_stats(data: object) -> None | Stats | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                stats_type_0 = Stats.from_dict(data)

                return stats_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Stats | Unset, data)

        stats = _parse_stats(d.pop("stats", UNSET))

        def _parse_token_stats(data: object) -> None | TokenStats | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                token_stats_type_0 = TokenStats.from_dict(data)

                return token_stats_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | TokenStats | Unset, data)

        token_stats = _parse_token_stats(d.pop("token_stats", UNSET))

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

        def _parse_meta(data: object) -> Meta | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                meta_type_0 = Meta.from_dict(data)

                return meta_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Meta | None | Unset, data)

        meta = _parse_meta(d.pop("meta", UNSET))

        optimize_result = cls(
            result=result,
            operation=operation,
            status=status,
            stats=stats,
            token_stats=token_stats,
            metadata=metadata,
            meta=meta,
        )

        optimize_result.additional_properties = d
        return optimize_result

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
