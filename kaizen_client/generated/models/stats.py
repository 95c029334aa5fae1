# Made by `make generate` from openapi.yaml. Do not edit.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="Stats")


@_attrs_define
class Stats:
    """Sizes before and after, in either form. `reduction_ratio` means opposite things in the two: compute a
    saving from the sizes.

    """

    original_bytes: int | None | Unset = UNSET
    """ Bytes before (documented form). """
    compressed_bytes: int | None | Unset = UNSET
    """ Bytes after (documented form). """
    original_length: int | None | Unset = UNSET
    """ Length before (server form). """
    optimized_length: int | None | Unset = UNSET
    """ Length after (server form). """
    reduction: float | None | Unset = UNSET
    """ The difference of the two lengths (server form). """
    reduction_ratio: float | None | Unset = UNSET
    """ Compressed over original (documented form), or the share saved (server form). """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        original_bytes: int | None | Unset
        if isinstance(self.original_bytes, Unset):
            original_bytes = UNSET
        else:
            original_bytes = self.original_bytes

        compressed_bytes: int | None | Unset
        if isinstance(self.compressed_bytes, Unset):
            compressed_bytes = UNSET
        else:
            compressed_bytes = self.compressed_bytes

        original_length: int | None | Unset
        if isinstance(self.original_length, Unset):
            original_length = UNSET
        else:
            original_length = self.original_length

        optimized_length: int | None | Unset
        if isinstance(self.optimized_length, Unset):
            optimized_length = UNSET
        else:
            optimized_length = self.optimized_length

        reduction: float | None | Unset
        if isinstance(self.reduction, Unset):
            reduction = UNSET
        else:
            reduction = self.reduction

        reduction_ratio: float | None | Unset
        if isinstance(self.reduction_ratio, Unset):
            reduction_ratio = UNSET
        else:
            reduction_ratio = self.reduction_ratio

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if original_bytes is not UNSET:
            field_dict["original_bytes"] = original_bytes
        if compressed_bytes is not UNSET:
            field_dict["compressed_bytes"] = compressed_bytes
        if original_length is not UNSET:
            field_dict["original_length"] = original_length
        if optimized_length is not UNSET:
            field_dict["optimized_length"] = optimized_length
        if reduction is not UNSET:
            field_dict["reduction"] = reduction
        if reduction_ratio is not UNSET:
            field_dict["reduction_ratio"] = reduction_ratio

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_original_bytes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        original_bytes = _parse_original_bytes(d.pop("original_bytes", UNSET))

        def _parse_compressed_bytes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        compressed_bytes = _parse_compressed_bytes(d.pop("compressed_bytes", UNSET))

        def _parse_original_length(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        original_length = _parse_original_length(d.pop("original_length", UNSET))

        def _parse_optimized_length(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        optimized_length = _parse_optimized_length(d.pop("optimized_length", UNSET))

        def _parse_reduction(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        reduction = _parse_reduction(d.pop("reduction", UNSET))

        def _parse_reduction_ratio(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        reduction_ratio = _parse_reduction_ratio(d.pop("reduction_ratio", UNSET))

        stats = cls(
            original_bytes=original_bytes,
            compressed_bytes=compressed_bytes,
            original_length=original_length,
            optimized_length=optimized_length,
            reduction=reduction,
            reduction_ratio=reduction_ratio,
        )

        stats.additional_properties = d
        return stats

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
