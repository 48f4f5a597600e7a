"""The operations of a Discourse forum that we use: what each must answer for us to read it rightly."""

from connectors.emulators.shared.history import History
from tests.contracts.schemas.descriptions import (
    Allowance,
    Description,
    Operation,
    boolean,
    integer,
    known,
    listing,
    maybe,
    moment,
    named,
    nothing,
    one_of,
    text,
    thing,
)

BRIEF = thing(id=integer(), username=text("ada"), name=text("Ada"), avatar_template=text("/a/{size}.png"))

_ADMIN_FIELDS = {
    "active": boolean(True),
    "admin": boolean(),
    "moderator": boolean(),
    "created_at": moment(),
    **named(maybe(moment()), "last_seen_at", "last_emailed_at"),
    **named(maybe(integer()), "last_seen_age", "last_emailed_age", "created_at_age"),
    **named(maybe(text()), "manual_locked_trust_level", "title"),
    **named(integer(0), "trust_level", "time_read", "days_visited", "posts_read_count", "topics_entered", "post_count"),
    "staged": boolean(),
}
_IN_FORCE = {
    "suspended_till": known(moment()),
    "suspended_at": known(moment()),
    "silenced": boolean(True),
    "silenced_till": known(moment()),
}
_GRANTS = named(
    boolean(),
    *("can_send_activation_email", "can_activate", "can_deactivate", "can_grant_admin", "can_revoke_admin"),
    *("can_grant_moderation", "can_revoke_moderation", "can_impersonate", "can_delete_all_posts", "can_be_anonymized"),
    *("can_be_merged", "can_view_action_logs", "can_disable_second_factor", "can_delete_sso_record", "include_ip"),
)
_COUNTS = named(
    integer(0),
    *("like_count", "like_given_count", "topic_count", "flags_given_count", "flags_received_count"),
    *("private_topics_count", "badge_count", "warnings_received_count", "api_key_count"),
)
LISTED = thing(_IN_FORCE, **BRIEF["properties"], **_ADMIN_FIELDS)
DETAILED = thing(
    {**_IN_FORCE, "penalty_counts": thing(silenced=integer(0), suspended=integer(0))},
    **BRIEF["properties"],
    **_ADMIN_FIELDS,
    **_GRANTS,
    **_COUNTS,
    ip_address=text("192.0.2.1"),
    external_ids={"type": "object", "additionalProperties": text(), "examples": [{"github": "77"}]},
    groups={"type": "array", "examples": [[]]},
    **named(maybe(text()), "registration_ip_address", "full_suspend_reason", "reset_bounce_score_after"),
    **named(maybe(text()), "single_sign_on_record"),
    **named(maybe(integer()), "primary_group_id", "bounce_score"),
    approved_by={**maybe(BRIEF), "examples": [{"id": 1, "username": "a", "name": "a", "avatar_template": "/a"}]},
    **named(maybe(BRIEF), "suspended_by", "silenced_by"),
)
PROFILE = thing(
    user=thing(
        {"suspended_till": known(moment()), "suspend_reason": known(text())},
        id=integer(),
        username=text("ada"),
        name=text("Ada"),
        admin=boolean(),
        moderator=boolean(),
        trust_level=integer(),
    )
)
SUSPENSION = thing(
    suspension=thing(
        suspend_reason=text(),
        full_suspend_reason=text(),
        suspended_till=moment(),
        suspended_at=moment(),
        suspended_by=BRIEF,
    )
)
NO_SUSPENSION = thing(suspension=thing(suspended_till=nothing(), suspended_at=nothing()))
SILENCE = thing(
    silence=thing(
        silenced=boolean(True),
        silence_reason=text(),
        full_silence_reason=text(),
        silenced_till=known(moment()),
        silenced_at=known(moment()),
        silenced_by=known(BRIEF),
    )
)
NO_SILENCE = thing(unsilence=thing(silenced=one_of(False)))
_POST_FIELDS = {
    "id": integer(),
    "username": text("ada"),
    "name": text("Ada"),
    "display_username": text("Ada"),
    "avatar_template": text("/a/{size}.png"),
    "created_at": moment(),
    "updated_at": moment(),
    "cooked": text("<p>text</p>"),
    "topic_slug": text("topic"),
    **named(integer(), "post_number", "post_type", "topic_id", "user_id", "version", "reads", "readers_count"),
    **named(integer(0), "reply_count", "quote_count", "incoming_link_count", "trust_level", "reviewable_id"),
    **named(integer(0), "reviewable_score_count", "reviewable_score_pending_count"),
    "score": {"type": "number", "examples": [0.2]},
    **named(
        boolean(), "yours", "can_edit", "can_delete", "can_recover", "can_wiki", "bookmarked", "moderator", "admin"
    ),
    **named(boolean(), "staff", "hidden", "user_deleted", "can_view_edit_history", "wiki"),
    **named(maybe(text()), "primary_group_name", "flair_name", "flair_url", "flair_bg_color", "flair_color"),
    **named(maybe(text()), "user_title", "deleted_at", "edit_reason"),
    "reply_to_post_number": maybe(integer()),
    "actions_summary": {"type": "array", "examples": [[]]},
}
POST = thing(
    **_POST_FIELDS,
    raw=text(),
    post_url=text("/t/topic/1/1"),
    posts_count=integer(),
    draft_sequence=integer(0),
    flair_group_id=maybe(integer()),
    badges_granted={"type": "array", "examples": [[]]},
    can_see_hidden_post=boolean(True),
)
STREAMED = thing(
    {"raw": text(), "action_code": text("closed.enabled")},
    **_POST_FIELDS,
    link_counts={"type": "array", "examples": [[]]},
    read=boolean(),
)
TOPIC = thing(
    id=integer(),
    title=text(),
    archetype=one_of("regular", "private_message"),
    closed=boolean(),
    user_id=integer(),
    posts_count=integer(),
    highest_post_number=integer(),
    created_at=moment(),
    post_stream=thing(posts=listing(STREAMED), stream=listing(integer())),
    details=thing(
        {"allowed_users": listing(BRIEF), "allowed_groups": listing(thing(id=integer(), name=text()))},
        created_by=BRIEF,
        last_poster=BRIEF,
    ),
)
INBOX = thing(
    users=listing(BRIEF),
    topic_list=thing(
        {"more_topics_url": text("/topics/private-messages/ada?page=1")},
        per_page=integer(30),
        topics=listing(
            thing(
                id=integer(),
                title=text(),
                archetype=one_of("private_message"),
                posts_count=integer(),
                highest_post_number=integer(),
                bumped_at=moment(),
                last_poster_username=text("ada"),
            )
        ),
    ),
)
STAFF_LOG = thing(
    staff_action_logs=listing(
        thing(
            id=integer(),
            action_name=text("suspend_user"),
            details=text(),
            created_at=moment(),
            acting_user=known(BRIEF),
            target_user=known(BRIEF),
        )
    )
)
_REVIEWABLE = thing(
    id=integer(),
    type=text("ReviewableFlaggedPost"),
    status=integer(0),
    version=integer(0),
    target_id=integer(),
    target_url=text("https://forum.example.org/t/topic/1/1"),
    target_created_by_id=integer(),
    reviewable_score_ids=listing(integer()),
)
_BESIDE = {
    "users": listing(BRIEF),
    "reviewable_scores": listing(
        thing(
            id=integer(),
            user_id=integer(),
            score_type_id=integer(7),
            created_at=moment(),
            reviewable_conversation_id=maybe(integer()),
        )
    ),
    "reviewable_conversations": listing(
        thing(id=integer(), permalink=text("https://forum.example.org/t/topic/2"), has_more=boolean())
    ),
    "conversation_posts": listing(thing(id=integer(), excerpt=text(), user_id=integer())),
}
_MEMBER = thing(**BRIEF["properties"], added_at=moment(), last_posted_at=moment(), last_seen_at=moment())
GROUP = thing(
    members=listing(_MEMBER), owners=listing(_MEMBER), meta=thing(total=integer(), limit=integer(50), offset=integer(0))
)
HOOKS = thing(
    web_hooks=listing(
        thing(
            payload_url=text("https://conduct.example.org/hooks/forum"),
            wildcard_web_hook=boolean(),
            active=boolean(True),
            web_hook_event_types=listing(thing(id=integer(), name=text("user_suspended"))),
        )
    )
)
CATEGORY = thing(
    {"group_permissions": listing(thing(permission_type=integer(), group_name=text("everyone"), group_id=integer(0)))},
    id=integer(),
    name=text("General"),
)
DONE = thing(success=text("OK"))
_PICTURES = ("logo_url", "logo_small_url", "apple_touch_icon_url", "favicon_url", "mobile_logo_url")
SITE = thing(
    **named(text(), *_PICTURES, "title", "description", "header_primary_color", "header_background_color", "locale"),
    **named(boolean(), "login_required", "include_in_discourse_discover"),
)
SETTINGS = thing(
    site_settings=listing(thing(setting=text("title"), value=text("x"), default=text("x"), type=text("bool")))
)
MAILS = thing(
    email=text("ada@example.org"),
    secondary_emails={"type": "array", "examples": [[]]},
    unconfirmed_emails={"type": "array", "examples": [[]]},
    associated_accounts={"type": "array", "examples": [[]]},
)

OPERATIONS = {
    "user.suspend": Operation(("put", "/admin/users/{id}/suspend.json"), {200: SUSPENSION}),
    "user.unsuspend": Operation(None, {200: NO_SUSPENSION}),
    "user.silence": Operation(("put", "/admin/users/{id}/silence.json"), {200: SILENCE}),
    "user.unsilence": Operation(None, {200: NO_SILENCE}),
    "user.log_out": Operation(("post", "/admin/users/{id}/log_out.json"), {200: DONE}),
    "user.anonymize": Operation(
        ("put", "/admin/users/{id}/anonymize.json"), {200: thing(success=text("OK"), username=text("anon1"))}
    ),
    "user.detailed": Operation(("get", "/admin/users/{id}.json"), {200: DETAILED}),
    "user.list": Operation(("get", "/admin/users/list/{flag}.json"), {200: listing(LISTED)}),
    "user.profile": Operation(("get", "/u/{username}.json"), {200: PROFILE}),
    "user.by_provider": Operation(("get", "/u/by-external/{provider}/{external_id}.json"), {200: PROFILE}),
    "user.emails": Operation(("get", "/u/{username}/emails.json"), {200: MAILS}),
    "staff_log.list": Operation(None, {200: STAFF_LOG}),
    "settings.show": Operation(None, {200: SETTINGS}),
    "settings.client": Operation(None, {200: thing(hide_suspension_reasons=boolean())}),
    "site.basic_info": Operation(("get", "/site/basic-info.json"), {200: SITE}),
    "post.create": Operation(("post", "/posts.json"), {200: POST}),
    "post.show": Operation(("get", "/posts/{id}.json"), {200: POST}),
    "post.by_number": Operation(None, {200: POST}),
    "post.edit": Operation(("put", "/posts/{id}.json"), {200: thing(post=POST)}),
    "post.delete": Operation(("delete", "/posts/{id}.json"), {200: None}),
    "post.flag": Operation(("post", "/post_actions.json"), {200: POST}),
    "topic.show": Operation(("get", "/t/{id}.json"), {200: TOPIC}),
    "topic.by_external_id": Operation(("get", "/t/external_id/{external_id}.json"), {301: None}),
    "topic.posts": Operation(None, {200: thing(post_stream=thing(posts=listing(STREAMED)))}),
    "topic.delete": Operation(("delete", "/t/{id}.json"), {200: None}),
    "topic.archive": Operation(None, {200: known(thing(group_name=text("conduct")))}),
    "topic.to_inbox": Operation(None, {200: None}),
    "topic.status": Operation(
        ("put", "/t/{id}/status.json"), {200: thing(success=text("OK"), topic_status_update=maybe(text()))}
    ),
    "category.show": Operation(("get", "/c/{id}/show.json"), {200: thing(category=CATEGORY)}),
    "category.update": Operation(("put", "/categories/{id}.json"), {200: thing(success=text("OK"), category=CATEGORY)}),
    "upload.short": Operation(None, {302: None}),
    "upload.whole": Operation(None, {200: None}),
    "group.members": Operation(("get", "/groups/{name}/members.json"), {200: GROUP}),
    "hooks.list": Operation(None, {200: HOOKS}),
    "messages.group": Operation(None, {200: INBOX}),
    "messages.inbox": Operation(("get", "/topics/private-messages/{username}.json"), {200: INBOX}),
    "messages.sent": Operation(("get", "/topics/private-messages-sent/{username}.json"), {200: INBOX}),
    "review.list": Operation(None, {200: thing(reviewables=listing(_REVIEWABLE), **_BESIDE)}),
    "review.show": Operation(None, {200: thing(reviewable=_REVIEWABLE, **_BESIDE)}),
    "review.perform": Operation(None, {200: thing(reviewable_perform_result=thing(success=boolean(True)))}),
}

_ERRORS = thing({"error_type": text("not_found")}, errors=listing(text()))
_FAILED = thing({"message": text(), "errors": listing(text())}, failed=one_of("FAILED"))
_LIMITED = thing(
    {"error_type": text("rate_limit"), "extras": thing(wait_seconds={"type": "number"}, time_left=text())},
    errors=listing(text()),
)
REFUSALS = {
    400: _FAILED,
    403: _ERRORS,
    404: _ERRORS,
    409: {"anyOf": [_FAILED, _ERRORS]},
    422: _ERRORS,
    429: _LIMITED,
    **dict.fromkeys((500, 502, 503, 504), _ERRORS),
}

_ONLY_OBJECT = "the published type is a name or null, really it is an object"
_ONLY_NEVER_MEASURED = "published from an account that was never suspended or silenced"
_ONLY_PUBLIC = "published from a public topic: no word of who is allowed into a conversation"
_ONLY_COOKED = "published without include_raw, which adds what was written"
ALLOWANCES = (
    Allowance("topic.show", "$.post_stream.posts[0]", "additionalProperties", _ONLY_COOKED),
    Allowance("user.detailed", "$.suspended_by", "type", _ONLY_OBJECT),
    Allowance("user.detailed", "$.silenced_by", "type", _ONLY_OBJECT),
    Allowance("user.detailed", "$", "additionalProperties", _ONLY_NEVER_MEASURED),
    Allowance("user.profile", "$.user", "additionalProperties", _ONLY_NEVER_MEASURED),
    Allowance("topic.show", "$.details", "additionalProperties", _ONLY_PUBLIC),
    Allowance("topic.show", "$.category_id", "type", _ONLY_PUBLIC),
)

DESCRIPTION = Description(OPERATIONS, REFUSALS, ALLOWANCES)


def validate_history(history: History) -> list[str]:
    """What a forum's answers in this history have that our descriptions do not allow; empty where all is well."""
    return DESCRIPTION.faults(history)
