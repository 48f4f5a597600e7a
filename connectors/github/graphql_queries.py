"""What we ask of GitHub's other API (GraphQL): discussions, and any conversation or comment by its lasting name."""

from typing import Final

_AUTHOR_FIELDS: Final = "login ... on User { databaseId } ... on Bot { databaseId }"
_COMMENT_FIELDS: Final = f"__typename id body url createdAt author {{ __typename {_AUTHOR_FIELDS} }}"
_LOCKED_BY: Final = (
    "timelineItems(last: 1, itemTypes: [LOCKED_EVENT]) { nodes { ... on LockedEvent { actor { "
    + _AUTHOR_FIELDS
    + " } } } }"
)

DISCUSSIONS: Final = f"""
query($owner: String!, $name: String!, $after: String) {{
  repository(owner: $owner, name: $name) {{
    discussions(first: 20, after: $after, orderBy: {{field: UPDATED_AT, direction: DESC}}) {{
      nodes {{
        {_COMMENT_FIELDS} title updatedAt
        comments(last: 50) {{ nodes {{
          {_COMMENT_FIELDS} updatedAt
          replies(last: 50) {{ nodes {{ {_COMMENT_FIELDS} updatedAt }} }}
        }} }}
      }}
      pageInfo {{ hasNextPage endCursor }}
    }}
  }}
}}"""

DISCUSSION: Final = f"""
query($owner: String!, $name: String!, $number: Int!, $after: String) {{
  repository(owner: $owner, name: $name) {{
    discussion(number: $number) {{
      {_COMMENT_FIELDS} title
      comments(first: 50, after: $after) {{
        nodes {{ {_COMMENT_FIELDS} databaseId replies(first: 100) {{ nodes {{ {_COMMENT_FIELDS} databaseId }} }} }}
        pageInfo {{ hasNextPage endCursor }}
      }}
    }}
  }}
}}"""

NODE: Final = f"""
query($id: ID!) {{
  node(id: $id) {{
    ... on Issue {{ {_COMMENT_FIELDS} title locked {_LOCKED_BY} }}
    ... on PullRequest {{ {_COMMENT_FIELDS} title locked {_LOCKED_BY} }}
    ... on Discussion {{ {_COMMENT_FIELDS} title locked }}
    ... on IssueComment {{ {_COMMENT_FIELDS} isMinimized }}
    ... on PullRequestReviewComment {{ {_COMMENT_FIELDS} isMinimized }}
    ... on DiscussionComment {{
      {_COMMENT_FIELDS} isMinimized
      discussion {{ {_COMMENT_FIELDS} title }}
      replyTo {{ {_COMMENT_FIELDS} }}
    }}
  }}
}}"""

DELETE_DISCUSSION_COMMENT: Final = (
    "mutation($input: DeleteDiscussionCommentInput!) { deleteDiscussionComment(input: $input) { clientMutationId } }"
)
# A reason of a lock would stand in public beside it, so none is given.
LOCK: Final = "mutation($input: LockLockableInput!) { lockLockable(input: $input) { clientMutationId } }"
UNLOCK: Final = "mutation($input: UnlockLockableInput!) { unlockLockable(input: $input) { clientMutationId } }"
HIDE: Final = "mutation($input: MinimizeCommentInput!) { minimizeComment(input: $input) { clientMutationId } }"
SHOW: Final = "mutation($input: UnminimizeCommentInput!) { unminimizeComment(input: $input) { clientMutationId } }"
