"""The table of upgrades: what a service changes, what is to be found, and what the upgraded client then does.

`test_scenarios.py` plays it. A change is a name of `changes.CHANGES`, a use a function of `uses.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from tests.upstream.documents import Document, as_30, as_json, as_yaml

Bump = Literal["none", "patch", "minor", "major"]
Form = Literal["3.1 JSON", "3.1 YAML", "3.0 JSON", "3.0 YAML"]

BUMPS: Final[tuple[Bump, ...]] = ("none", "patch", "minor", "major")

COMPRESS: Final = "POST /v1/compress"
DECOMPRESS: Final = "POST /v1/decompress"
OPTIMIZE: Final = "POST /v1/optimize"
REQUEST: Final = "POST /v1/optimize/request"
RESPONSE: Final = "POST /v1/optimize/response"
ENCODE: Final = "POST /v1/prompts/encode"
DECODE: Final = "POST /v1/prompts/decode"
ENCODERS: Final = (COMPRESS, OPTIMIZE, REQUEST, ENCODE)
DECODERS: Final = (DECOMPRESS, RESPONSE, DECODE)
PAYLOAD: Final = "/v1/payloads/{payload_id}"


class Found(NamedTuple):
    """One finding, as far as the table says it."""

    kind: str
    field: str
    bump: str
    routes: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One change, and exactly what must come of it."""

    #: The change, by its name.
    change: str
    finds: tuple[Found, ...] = ()
    form: Form = "3.1 JSON"
    #: What a user does with the upgraded client, by name; a scenario without any is only compared.
    uses: tuple[str, ...] = ()
    #: What the list of what is left for a person mentions.
    left: tuple[str, ...] = ()
    #: Whether nothing of it can be done by rule, so that all of it is left for a person.
    by_hand: bool = False

    @property
    def bump(self) -> Bump:
        """The largest bump that a finding asks for."""
        return max((bump for bump in BUMPS for one in self.finds if one.bump == bump), key=BUMPS.index, default="none")

    @property
    def status(self) -> int:
        """The exit status of the comparison: nothing to do, compatible, breaking."""
        return {"none": 0, "major": 2}.get(self.bump, 1)


def minor(kind: str, field: str, *routes: str) -> Found:
    """Return a finding that breaks nobody."""
    return Found(kind, field, "minor", frozenset(routes))


def major(kind: str, field: str, *routes: str) -> Found:
    """Return a finding that breaks somebody."""
    return Found(kind, field, "major", frozenset(routes))


_TEXTS: Final[dict[Form, Callable[[Document], str]]] = {
    "3.1 JSON": as_json,
    "3.1 YAML": as_yaml,
    "3.0 JSON": lambda document: as_json(as_30(document)),
    "3.0 YAML": lambda document: as_yaml(as_30(document)),
}


def written(document: Document, form: Form) -> tuple[str, str]:
    """Return a file name and a text for a document in a form."""
    return f"document.{form[4:].lower()}", _TEXTS[form](document)


SCENARIOS: Final = (
    # Fields of requests, and what is nested in them.
    Scenario(
        change="new_optional_number",
        finds=(minor("request-field-added", "max_depth", ENCODE),),
        form="3.0 JSON",
    ),
    Scenario(
        change="new_optional_list",
        finds=(minor("request-field-added", "skip_paths", REQUEST),),
        form="3.1 YAML",
    ),
    Scenario(
        change="new_optional_object",
        finds=(minor("request-field-added", "limits", DECOMPRESS),),
        form="3.0 YAML",
    ),
    Scenario(
        change="new_optional_tree",
        finds=(minor("request-field-added", "rule", ENCODE),),
    ),
    Scenario(
        change="new_optional_enum",
        finds=(minor("request-field-added", "mode", COMPRESS, OPTIMIZE),),
        form="3.0 JSON",
    ),
    Scenario(
        change="new_nested_option",
        finds=(minor("request-field-added", "options.sort_keys", *ENCODERS),),
        form="3.1 YAML",
        uses=("every_encoder_sends_sort_keys",),
        left=("sort_keys",),
    ),
    Scenario(
        change="new_required_field",
        finds=(major("request-field-added-required", "dialect", DECOMPRESS),),
    ),
    Scenario(
        change="optional_becomes_required",
        finds=(major("request-field-required", "replay_meta", DECODE),),
        form="3.0 JSON",
        uses=("replay_meta_must_be_given",),
        left=("replay_meta",),
    ),
    Scenario(
        change="required_becomes_optional",
        finds=(minor("request-field-optional", "ktof", RESPONSE),),
        form="3.0 YAML",
    ),
    Scenario(
        change="field_removed",
        finds=(major("request-field-removed", "schemas", ENCODE),),
        form="3.1 YAML",
    ),
    Scenario(change="field_deprecated", finds=(minor("request-field-deprecated", "token_models", REQUEST),)),
    Scenario(
        change="option_changes_type",
        finds=(major("request-field-changed", "options.indent", *ENCODERS),),
        uses=("indent_is_a_text_for_encoders_alone",),
        left=("indent",),
    ),
    Scenario(
        change="field_takes_another_type_too",
        finds=(minor("request-field-widened", "auto_detect_json", ENCODE),),
        form="3.0 JSON",
    ),
    Scenario(
        change="bound_narrowed",
        finds=(major("request-field-narrowed", "options.indent", *ENCODERS),),
        form="3.0 YAML",
    ),
    Scenario(
        change="bound_widened",
        finds=(minor("request-field-widened", "options.indent", *ENCODERS),),
        form="3.1 YAML",
    ),
    Scenario(change="bound_dropped", finds=(minor("request-field-widened", "options.indent", *DECODERS),)),
    Scenario(
        change="enum_narrowed",
        finds=(major("request-field-narrowed", "options.delimiter", *ENCODERS),),
        form="3.0 JSON",
    ),
    Scenario(
        change="enum_widened",
        finds=(minor("request-field-widened", "options.delimiter", *ENCODERS),),
        form="3.0 YAML",
    ),
    Scenario(
        change="default_changed",
        finds=(minor("request-field-default", "options.strict", *DECODERS),),
        form="3.0 JSON",
    ),
    Scenario(
        change="body_split_in_two",
        finds=(minor("request-field-added", "level", COMPRESS),),
        uses=("level_goes_to_compress_alone",),
        left=("level",),
    ),
    Scenario(
        change="values_of_a_map_typed",
        finds=(major("request-field-narrowed", "schemas.*", ENCODE),),
        form="3.0 YAML",
    ),
    Scenario(change="body_removed", finds=(major("request-body-removed", "", RESPONSE),), form="3.0 JSON"),
    Scenario(change="body_of_another_media_type", finds=(major("request-body-changed", "", DECOMPRESS),)),
    # Routes.
    Scenario(
        change="new_route",
        finds=(minor("route-added", "", "POST /v1/estimate"),),
        form="3.0 YAML",
    ),
    Scenario(
        change="new_route_with_a_typed_reply",
        finds=(minor("route-added", "", "POST /v1/compare"),),
        form="3.1 YAML",
    ),
    Scenario(
        change="new_route_to_get",
        finds=(minor("route-added", "", f"GET {PAYLOAD}"),),
        form="3.0 JSON",
        uses=("get_payload_takes_a_path_and_a_query",),
        left=("get_payload",),
    ),
    Scenario(
        change="new_route_to_delete",
        finds=(minor("route-added", "", f"DELETE {PAYLOAD}"),),
    ),
    Scenario(change="new_route_with_a_known_body", finds=(minor("route-added", "", "POST /v1/prompts/check"),)),
    Scenario(
        change="route_removed",
        finds=(major("route-removed", "", RESPONSE),),
        form="3.0 YAML",
    ),
    Scenario(
        change="route_renamed",
        finds=(major("route-renamed", "", ENCODE),),
        form="3.0 JSON",
        uses=("prompts_encode_goes_to_the_new_path",),
        left=("/v1/prompts/compress",),
    ),
    Scenario(
        # Only what it takes is the same: it may be another route, so that a person has to say.
        change="route_renamed_with_its_function",
        finds=(major("route-removed", "", ENCODE), minor("route-added", "", "POST /v1/texts")),
        form="3.1 YAML",
    ),
    Scenario(
        change="method_changed",
        finds=(major("route-renamed", "", DECODE),),
        uses=("prompts_decode_is_put",),
        left=("prompts_decode",),
    ),
    Scenario(change="route_deprecated", finds=(minor("route-deprecated", "", OPTIMIZE),), form="3.0 JSON"),
    # Parameters, statuses, replies, security.
    Scenario(
        change="new_optional_parameter",
        finds=(minor("parameter-added", "query dry_run", COMPRESS),),
        form="3.1 YAML",
    ),
    Scenario(
        change="new_required_parameter",
        finds=(major("parameter-added-required", "query tenant", DECOMPRESS),),
        form="3.0 YAML",
    ),
    Scenario(
        change="new_error_status",
        finds=(minor("status-added", "451", COMPRESS),),
        form="3.0 JSON",
        uses=("a_conflict_is_an_error_with_its_body",),
        left=("451",),
    ),
    Scenario(
        change="success_status_changed",
        finds=(minor("status-added", "201", OPTIMIZE), major("success-removed", "200", OPTIMIZE)),
    ),
    Scenario(change="reply_typed_as_ours", form="3.0 YAML"),
    Scenario(change="reply_in_one_of_the_two_forms"),
    Scenario(
        change="reply_with_another_field",
        finds=(minor("response-field-added", "cost", COMPRESS),),
        form="3.0 JSON",
    ),
    Scenario(
        change="reply_with_fewer_fields",
        finds=(
            major("response-field-removed", "stats", COMPRESS),
            major("response-field-removed", "status", COMPRESS),
        ),
        form="3.1 YAML",
    ),
    Scenario(
        change="reply_field_may_be_null",
        finds=(major("response-field-widened", "result", COMPRESS),),
        form="3.0 YAML",
    ),
    Scenario(change="reply_field_changes_type", finds=(major("response-field-changed", "result", COMPRESS),)),
    Scenario(change="bearer_key_published", form="3.1 YAML"),
    Scenario(
        change="oauth_asked_for",
        finds=(major("security-changed", "", COMPRESS),),
        form="3.0 JSON",
        uses=("compress_still_sends_its_key",),
        left=("security", "/v1/compress"),
        by_hand=True,
    ),
    # Several at once.
    Scenario(
        change="fields_added",
        finds=(
            minor("request-field-added", "rule", ENCODE),
            minor("request-field-added", "mode", COMPRESS, OPTIMIZE),
            minor("parameter-added", "query dry_run", COMPRESS),
        ),
        form="3.0 JSON",
        uses=(
            "every_form_sends_a_tree",
            "every_form_sends_mode_and_no_default",
            "another_mode_is_refused",
            "dry_run_goes_into_the_query",
        ),
        left=("rule", "mode", "dry_run"),
    ),
    Scenario(
        change="fields_widened",
        finds=(
            minor("request-field-widened", "auto_detect_json", ENCODE),
            minor("request-field-widened", "options.delimiter", *ENCODERS),
            minor("request-field-widened", "options.indent", *ENCODERS),
        ),
        form="3.1 YAML",
        uses=("auto_detect_json_takes_a_text_too", "a_fourth_delimiter_is_sent", "encoders_take_an_indent_of_none"),
        left=("auto_detect_json", "delimiter", "indent"),
    ),
    Scenario(
        change="fields_tightened",
        finds=(
            major("request-field-added-required", "dialect", DECOMPRESS),
            major("request-field-required", "replay_meta", DECODE),
            major("request-field-changed", "options.indent", *ENCODERS),
        ),
        uses=("dialect_must_be_given", "replay_meta_must_be_given", "indent_is_a_text_for_encoders_alone"),
        left=("dialect", "replay_meta", "indent"),
    ),
    Scenario(
        change="routes_added",
        finds=(
            minor("route-added", "", "POST /v1/estimate"),
            minor("route-added", "", f"DELETE {PAYLOAD}"),
            minor("route-added", "", "POST /v1/prompts/check"),
        ),
        form="3.0 YAML",
        uses=(
            "estimate_is_a_method",
            "delete_payload_takes_a_reply_without_a_body",
            "a_new_route_takes_the_model_that_is_there",
        ),
        left=("estimate", "delete_payload", "check_prompt"),
    ),
    Scenario(
        change="routes_changed",
        finds=(
            major("request-field-removed", "schemas", ENCODE),
            major("route-renamed", "", DECODE),
            minor("status-added", "201", OPTIMIZE),
            major("success-removed", "200", OPTIMIZE),
        ),
        form="3.1 YAML",
        uses=("schemas_still_goes_and_warns", "prompts_decode_is_put", "optimize_takes_a_201"),
        left=("/v1/prompts/decode",),
    ),
    Scenario(
        change="new_field_removed_route_and_narrowed_bound",
        finds=(
            minor("request-field-added", "skip_paths", REQUEST),
            major("route-removed", "", RESPONSE),
            major("request-field-narrowed", "options.indent", *ENCODERS),
        ),
        form="3.1 YAML",
        uses=(
            "every_form_sends_skip_paths",
            "optimize_response_still_goes_and_warns",
            "a_narrow_indent_is_refused",
        ),
        left=("skip_paths",),
    ),
    Scenario(
        change="everything_compatible",
        finds=(
            minor("request-field-added", "max_depth", ENCODE),
            minor("request-field-added", "skip_paths", REQUEST),
            minor("request-field-added", "limits", DECOMPRESS),
            minor("request-field-added", "options.sort_keys", *ENCODERS),
            minor("request-field-optional", "ktof", RESPONSE),
            minor("request-field-widened", "options.indent", *DECODERS),
            minor("request-field-deprecated", "token_models", REQUEST),
            minor("route-added", "", "POST /v1/compare"),
            minor("route-added", "", f"GET {PAYLOAD}"),
            minor("route-deprecated", "", OPTIMIZE),
            minor("status-added", "451", COMPRESS),
            minor("response-field-added", "cost", COMPRESS),
        ),
        form="3.0 YAML",
        uses=(
            "every_form_sends_max_depth",
            "max_depth_is_checked_before_sending",
            "every_form_sends_skip_paths",
            "every_form_sends_limits",
            "every_encoder_sends_sort_keys",
            "ktof_may_be_left_out",
            "decoders_take_an_indent_of_none",
            "token_models_warns",
            "compare_is_a_method_with_a_typed_reply",
            "get_payload_takes_a_path_and_a_query",
            "optimize_warns",
            "a_conflict_is_an_error_with_its_body",
            "the_cost_is_read",
        ),
        left=("max_depth", "limits", "compare", "get_payload"),
    ),
)
