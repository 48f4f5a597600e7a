"""The page of an account as staff get it: the public one, and the many fields about preferences that nobody here uses."""

from datetime import datetime
from typing import Any

from connectors.emulators.forum.responses import profile
from connectors.emulators.forum.state import ForumUser

_NO = (
    "ignored muted can_ignore_user can_ignore_users can_mute_user can_mute_users staged can_edit_username can_edit_email "
    "has_title_badges second_factor_enabled can_upload_profile_header can_upload_user_card_background can_be_deleted "
    "can_change_bio can_change_location can_change_website can_change_tracking_preferences use_logo_small_as_avatar"
).split()
_ZERO = (
    "time_read recent_time_read pending_count profile_view_count post_count topic_count mailing_list_posts_per_day"
).split()
_NOTHING = (
    "primary_group_id primary_group_name flair_group_id flair_name flair_url flair_bg_color flair_color uploaded_avatar_id "
    "system_avatar_upload_id user_api_keys invited_by"
).split()
_EMPTY = (
    "muted_category_ids regular_category_ids watched_tags watching_first_post_tags tracked_tags muted_tags "
    "tracked_category_ids watched_category_ids watched_first_post_category_ids muted_usernames ignored_usernames "
    "allowed_pm_usernames user_auth_tokens featured_user_badge_ids groups group_users"
).split()
_OPTIONS_NO = (
    "mailing_list_mode email_digests external_links_in_new_tab dynamic_favicon email_in_reply_to include_tl0_in_digests "
    "enable_allowed_pm_users hide_profile_and_presence hide_profile hide_presence skip_new_user_tips "
    "topics_unread_when_closed enable_upcoming_change_available_notifications automatically_translate "
    "show_original_content enable_markdown_monospace_font"
).split()
_OPTIONS_YES = (
    "enable_quoting enable_smart_lists automatically_unpin_topics notify_on_linked_posts allow_private_messages"
).split()
_OPTIONS_NUMBER = (
    "mailing_list_mode_frequency email_level email_messages_level digest_after_minutes auto_track_topics_after_msecs "
    "notification_level_when_replying new_topic_duration_minutes email_previous_replies like_notification_frequency "
    "theme_key_seq text_size_seq interface_color_mode"
).split()
_OPTIONS_NOTHING = "color_scheme_id dark_scheme_id homepage_id timezone".split()
_TOPIC = {"id": 1, "title": "Welcome", "fancy_title": "Welcome", "slug": "welcome", "posts_count": 1}
_WEEK = {f"day_{day}_{edge}_time": -1 for day in range(7) for edge in ("start", "end")}


def profile_for_staff(user: ForumUser, now: datetime) -> dict[str, Any]:
    """Return the page of the account with everything that staff can see."""
    page: dict[str, Any] = dict.fromkeys(_NO, False) | dict.fromkeys(_ZERO, 0) | dict.fromkeys(_NOTHING)
    page |= {name: [] for name in _EMPTY}
    page |= {
        "can_send_private_messages": True,
        "can_delete_all_posts": True,
        "can_edit": True,
        "can_edit_name": True,
        "custom_fields": {},
        "locale": user.locale,
        "featured_topic": _TOPIC,
        "system_avatar_template": f"/letter_avatar_proxy/v4/letter/{user.username[0].lower()}/3be4f8/{{size}}.png",
        "user_notification_schedule": {"enabled": False, **_WEEK},
        "user_option": _options(user),
    }
    return page | profile(user, now, with_reason=True)


def _options(user: ForumUser) -> dict[str, Any]:
    plain: dict[str, Any] = dict.fromkeys(_OPTIONS_NO, False) | dict.fromkeys(_OPTIONS_YES, True)
    plain |= dict.fromkeys(_OPTIONS_NUMBER, 0) | dict.fromkeys(_OPTIONS_NOTHING)
    words = {
        "text_size": "normal",
        "push_notification_level": "all",
        "send_shortcut": "enter",
        "title_count_mode": "notifications",
        "theme_ids": [],
        "understood_languages": [],
    }
    return plain | words | {"user_id": user.id}
