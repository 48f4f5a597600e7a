"""What we ask of GitHub's other API (GraphQL): discussions, and any conversation or comment by its lasting name."""

from typing import Final

_WHO: Final = "login ... on User { databaseId } ... on Bot { databaseId }"
_SAID: Final = f"__typename id body url createdAt author {{ __typename {_WHO} }}"
_LOCKED_BY: Final = (
    "timelineItems(last: 1, itemTypes: [LOCKED_EVENT]) { nodes { ... on LockedEvent { actor { " + _WHO + " } } } }"
)

DISCUSSIONS: Final = f"""
query($owner: String!, $name: String!, $after: String) {{
  repository(owner: $owner, name: $name) {{
    discussions(first: 20, after: $after, orderBy: {{field: UPDATED_AT, direction: DESC}}) {{
      nodes {{
        {_SAID} title updatedAt
        comments(last: 50) {{ nodes {{
          {_SAID} updatedAt
          replies(last: 50) {{ nodes {{ {_SAID} updatedAt }} }}
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
      {_SAID} title
      comments(first: 50, after: $after) {{
        nodes {{ {_SAID} databaseId replies(first: 100) {{ nodes {{ {_SAID} databaseId }} }} }}
        pageInfo {{ hasNextPage endCursor }}
      }}
    }}
  }}
}}"""

NODE: Final = f"""
query($id: ID!) {{
  node(id: $id) {{
    ... on Issue {{ {_SAID} title locked {_LOCKED_BY} }}
    ... on PullRequest {{ {_SAID} title locked {_LOCKED_BY} }}
    ... on Discussion {{ {_SAID} title locked }}
    ... on IssueComment {{ {_SAID} isMinimized }}
    ... on PullRequestReviewComment {{ {_SAID} isMinimized }}
    ... on DiscussionComment {{
      {_SAID} isMinimized
      discussion {{ {_SAID} title }}
      replyTo {{ {_SAID} }}
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
