# Made by `make generate` from openapi.yaml. Do not edit.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.token_counts import TokenCounts
    from ..models.token_counts_by_model import TokenCountsByModel


T = TypeVar("T", bound="TokenStats")


@_attrs_define
class TokenStats:
    """Token counts - by model (documented form), or by model under `raw` and `optimized` (server form)."""

    raw: None | TokenCountsByModel | Unset = UNSET
    """ Counts before, by model (server form). """
    optimized: None | TokenCountsByModel | Unset = UNSET
    """ Counts after, by model (server form). """
    additional_properties: dict[str, None | TokenCounts] = _attrs_field(
        init=False, factory=dict
    )

    def to_dict(self) -> dict[str, Any]:
        from ..models.token_counts import TokenCounts  # noqa: PLC0415
        from ..models.token_counts_by_model import TokenCountsByModel  # noqa: PLC0415

        raw: dict[str, Any] | None | Unset
        if isinstance(self.raw, Unset):
            raw = UNSET
        elif isinstance(self.raw, TokenCountsByModel):
            raw = self.raw.to_dict()
        else:
            raw = self.raw

        optimized: dict[str, Any] | None | Unset
        if isinstance(self.optimized, Unset):
            optimized = UNSET
        elif isinstance(self.optimized, TokenCountsByModel):
            optimized = self.optimized.to_dict()
        else:
            optimized = self.optimized

        field_dict: dict[str, Any] = {}
        for prop_name, prop in self.additional_properties.items():
            if isinstance(prop, TokenCounts):
                field_dict[prop_name] = prop.to_dict()
            else:
                field_dict[prop_name] = prop

        field_dict.update({})
        if raw is not UNSET:
            field_dict["raw"] = raw
        if optimized is not UNSET:
            field_dict["optimized"] = optimized

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.token_counts import TokenCounts  # noqa: PLC0415
        from ..models.token_counts_by_model import TokenCountsByModel  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_raw(data: object) -> None | TokenCountsByModel | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                raw_type_0 = TokenCountsByModel.from_dict(data)

                return raw_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | TokenCountsByModel | Unset, data)

        raw = _parse_raw(d.pop("raw", UNSET))

        def _parse_optimized(data: object) -> None | TokenCountsByModel | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                optimized_type_0 = TokenCountsByModel.from_dict(data)

                return optimized_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | TokenCountsByModel | Unset, data)

        optimized = _parse_optimized(d.pop("optimized", UNSET))

        token_stats = cls(
            raw=raw,
            optimized=optimized,
        )

        additional_properties = {}
        for prop_name, prop_dict in d.items():

            def _parse_additional_property(data: object) -> None | TokenCounts:
                if data is None:
                    return data
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    additional_property_type_0 = TokenCounts.from_dict(data)

                    return additional_property_type_0
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                return cast(None | TokenCounts, data)

            additional_property = _parse_additional_property(prop_dict)

            additional_properties[prop_name] = additional_property

        token_stats.additional_properties = additional_properties
        return token_stats

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> None | TokenCounts:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: None | TokenCounts) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
