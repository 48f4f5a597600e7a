"""The forum's categories: who may do what in each, who may look at that, and who may change it. Read `CategoryHandlers` first."""

from collections.abc import Iterable, Mapping
from typing import Any

from connectors.emulators.forum import responses
from connectors.emulators.forum.admin import ForumCall, find_viewer, parse_fields, require_caller
from connectors.emulators.forum.conversation_rules import ForumError
from connectors.emulators.forum.rules import ForumRules
from connectors.emulators.forum.state import ForumCategory, ForumState, ForumUser
from connectors.emulators.shared.server import Response

MANAGED_BY_MODERATORS = "moderators_manage_categories_and_groups"
_TYPES = (1, 2, 3)
_PLAIN: Mapping[str, Any] = {
    "style_type": "square",
    **dict.fromkeys(("emoji", "icon", "description", "description_text", "description_excerpt", "topic_url")),
    **dict.fromkeys(("topic_template", "topic_title_placeholder", "sort_order", "sort_ascending", "default_view")),
    **dict.fromkeys(
        ("read_only_banner", "auto_close_hours", "default_slow_mode_seconds", "email_in", "subcategory_count")
    ),
    **dict.fromkeys(("uploaded_logo", "uploaded_logo_dark", "uploaded_background", "uploaded_background_dark")),
    **dict.fromkeys(("topic_count", "post_count", "search_priority", "minimum_required_tags"), 0),
    **dict.fromkeys(("show_subcategory_list", "navigate_to_first_post_after_read", "has_children"), False),
    **dict.fromkeys(("auto_close_based_on_last_post", "allow_unlimited_owner_edits_on_first_post"), False),
    **dict.fromkeys(("email_in_allow_strangers", "mailinglist_mirror", "all_topics_wiki", "can_delete"), False),
    **dict.fromkeys(("allow_badges", "topic_featured_link_allowed"), True),
    **{name: [] for name in ("required_tag_groups", "available_groups", "form_template_ids")},
    **{name: [] for name in ("topic_posting_review_group_ids", "reply_posting_review_group_ids")},
    "position": 1,
    "notification_level": 1,
    "num_featured_topics": 3,
    "subcategory_list_style": "rows_with_featured_topics",
    "default_top_period": "all",
    "default_list_filter": "all",
    "custom_fields": {},
}


class CategoryHandlers:
    """Handlers about categories."""

    def __init__(self, rules: ForumRules) -> None:
        self._rules = rules

    def show(self, call: ForumCall) -> Response:
        """Answer GET /c/{id}/show; who may do what there is shown to those who may change it"""
        category = _require_category(call)
        return responses.ok_response({"category": _described(call.state, category, find_viewer(call))})

    def update(self, call: ForumCall) -> Response:
        """Answer PUT /categories/{id}: what is not sent stays, and the permissions are set as a whole"""
        category, by, fields = _require_category(call), require_caller(call), parse_fields(call)
        if not may_manage(call.state, by):
            raise ForumError(responses.not_allowed_response())
        if not fields.get("name"):
            raise ForumError(responses.error_response(400, "param is missing or the value is empty: name"))
        category.name = str(fields["name"])
        permissions = _permissions_in(fields)
        if permissions:
            before = dict(category.permissions)
            category.permissions = permissions
            self._rules.history.record_change(
                "category", str(category.id), before, dict(permissions), by.username, call.exchange
            )
        return responses.ok_response({"success": "OK", "category": _described(call.state, category, by)})


def may_manage(state: ForumState, user: ForumUser | None) -> bool:
    """Return whether the account may change categories: administrators, and moderators where the setting lets them."""
    return user is not None and (user.admin or (user.moderator and bool(state.settings[MANAGED_BY_MODERATORS])))


def _require_category(call: ForumCall) -> ForumCategory:
    category = call.state.categories.get(int(call.params["id"]))
    if category is None:
        raise ForumError(responses.not_found_response())
    return category


def _permissions_in(fields: Mapping[str, Any]) -> dict[str, int]:
    """The table of groups as JSON or as a form writes it; a type that there is not is no permission."""
    given = fields.get("permissions")
    pairs: Iterable[tuple[str, Any]] = (
        given.items()
        if isinstance(given, dict)
        else ((k[len("permissions[") : -1], v) for k, v in fields.items() if k.startswith("permissions["))
    )
    return {str(group): int(kind) for group, kind in pairs if int(kind) in _TYPES}


def _described(state: ForumState, category: ForumCategory, viewer: ForumUser | None) -> dict[str, Any]:
    shown: dict[str, Any] = {
        **_PLAIN,
        "id": category.id,
        "name": category.name,
        "slug": responses.slug(category.name),
        "color": "0088CC",
        "text_color": "FFFFFF",
        "read_restricted": "everyone" not in category.permissions,
        "permission": None if viewer is None else state.permission_in(category, viewer),
        "can_edit": may_manage(state, viewer),
    }
    if may_manage(state, viewer):
        shown["group_permissions"] = [
            {"permission_type": kind, "group_name": name, "group_id": state.group_id(name)}
            for name, kind in sorted(category.permissions.items())
        ]
    return shown
