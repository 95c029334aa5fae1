# Made by `make generate` from openapi.yaml. Do not edit.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="TokenCounts")


@_attrs_define
class TokenCounts:
    """Token counts of one model, in either form."""

    original: int | None | Unset = UNSET
    """ Tokens before (documented form). """
    compressed: int | None | Unset = UNSET
    """ Tokens after (documented form). """
    tokens: int | None | Unset = UNSET
    """ Tokens (server form). """
    bytes_: int | None | Unset = UNSET
    """ Bytes (server form). """
    exact: bool | None | Unset = UNSET
    """ False where the count is an estimate with another model's tokenizer. """
    tokenizer: None | str | Unset = UNSET
    """ What counted the tokens, such as `o200k_base`, where a deployment tells. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        original: int | None | Unset
        if isinstance(self.original, Unset):
            original = UNSET
        else:
            original = self.original

        compressed: int | None | Unset
        if isinstance(self.compressed, Unset):
            compressed = UNSET
        else:
            compressed = self.compressed

        tokens: int | None | Unset
        if isinstance(self.tokens, Unset):
            tokens = UNSET
        else:
            tokens = self.tokens

        bytes_: int | None | Unset
        if isinstance(self.bytes_, Unset):
            bytes_ = UNSET
        else:
            bytes_ = self.bytes_

        exact: bool | None | Unset
        if isinstance(self.exact, Unset):
            exact = UNSET
        else:
            exact = self.exact

        tokenizer: None | str | Unset
        if isinstance(self.tokenizer, Unset):
            tokenizer = UNSET
        else:
            tokenizer = self.tokenizer

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if original is not UNSET:
            field_dict["original"] = original
        if compressed is not UNSET:
            field_dict["compressed"] = compressed
        if tokens is not UNSET:
            field_dict["tokens"] = tokens
        if bytes_ is not UNSET:
            field_dict["bytes"] = bytes_
        if exact is not UNSET:
            field_dict["exact"] = exact
        if tokenizer is not UNSET:
            field_dict["tokenizer"] = tokenizer

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_original(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        original = _parse_original(d.pop("original", UNSET))

        def _parse_compressed(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        compressed = _parse_compressed(d.pop("compressed", UNSET))

        def _parse_tokens(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        tokens = _parse_tokens(d.pop("tokens", UNSET))

        def _parse_bytes_(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        bytes_ = _parse_bytes_(d.pop("bytes", UNSET))

        def _parse_exact(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        exact = _parse_exact(d.pop("exact", UNSET))

        def _parse_tokenizer(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        tokenizer = _parse_tokenizer(d.pop("tokenizer", UNSET))

        token_counts = cls(
            original=original,
            compressed=compressed,
            tokens=tokens,
            bytes_=bytes_,
            exact=exact,
            tokenizer=tokenizer,
        )

        token_counts.additional_properties = d
        return token_counts

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
