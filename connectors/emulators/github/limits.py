"""What GitHub answers about limits of who takes part, of the organisation and of one repository. Read `LimitHandlers` first."""

from connectors.emulators.github import responses
from connectors.emulators.github.messages import GithubError
from connectors.emulators.github.organization import LIMIT_SPANS, LIMITS, GithubCall, parse_fields
from connectors.emulators.github.rules import GithubRules
from connectors.emulators.github.state import InteractionLimit, PullCap, Repository
from connectors.emulators.shared.server import Response

_CAPS = range(1, 1001)


class LimitHandlers:
    """Handlers of `interaction-limits`: below `/orgs/{org}` for all public repositories, below `/repos` for one."""

    def __init__(self, rules: GithubRules) -> None:
        self._rules = rules

    def interaction_limit(self, call: GithubCall) -> Response:
        """Answer GET …/interaction-limits: an empty object where there is none; the organisation's comes before a repository's"""
        repository = _repository(call)
        wide, own = (call.state.limit_at(self._rules.now(), of) for of in (None, repository))
        if wide is not None:
            return responses.ok_response(responses.limit_body(wide.limit, wide.until))
        return responses.ok_response(responses.limit_body(own.limit, own.until, "repository") if own else {})

    def limit_interactions(self, call: GithubCall) -> Response:
        """Answer PUT …/interaction-limits: one of the spans, from now"""
        repository, fields = self._require_free(call), parse_fields(call)
        limit, span = fields.get("limit"), LIMIT_SPANS.get(str(fields.get("expiry", "one_day")))
        if limit not in LIMITS or span is None:
            raise GithubError(responses.invalid_response("InteractionAbility", "Invalid limit or expiry."))
        until = (self._rules.now() + span).replace(microsecond=0)
        self._rules.limit_interactions(InteractionLimit(limit, until), call.actor, repository, on=call.exchange)
        origin = "repository" if repository else "organization"
        return responses.ok_response(responses.limit_body(limit, until, origin))

    def lift_interaction_limit(self, call: GithubCall) -> Response:
        """Answer DELETE …/interaction-limits"""
        self._rules.limit_interactions(None, call.actor, self._require_free(call), on=call.exchange)
        return responses.no_content_response()

    def pull_cap(self, call: GithubCall) -> Response:
        """Answer GET …/interaction-limits/pulls/creation-cap"""
        return _show((_repository(call) or call.state).pull_cap)

    def cap_pulls(self, call: GithubCall) -> Response:
        """Answer PATCH …/interaction-limits/pulls/creation-cap: a figure that is left out stays"""
        repository, fields = _repository(call), parse_fields(call)
        before = (repository or call.state).pull_cap
        enabled, most = fields.get("enabled"), fields.get("max_open_pull_requests", before.most)
        if not isinstance(enabled, bool) or most not in _CAPS:
            raise GithubError(responses.invalid_response("PullRequestCreationCap", "Invalid cap."))
        self._rules.cap_pulls(PullCap(enabled, most), call.actor, repository, on=call.exchange)
        return _show(PullCap(enabled, most))

    def _require_free(self, call: GithubCall) -> Repository | None:
        """The repository, which has no limit of its own while the organisation has one; None: the organisation."""
        repository = _repository(call)
        if repository is not None and call.state.limit_at(self._rules.now()) is not None:
            raise GithubError(responses.error_response(409, "The organization of this repository has a limit."))
        return repository


def _show(cap: PullCap) -> Response:
    return responses.ok_response({"enabled": cap.enabled, "max_open_pull_requests": cap.most})


def _repository(call: GithubCall) -> Repository | None:
    """The repository that the address names, None where it names the organisation."""
    if "repo" not in call.params:
        return None
    found = call.state.repositories.get(call.params["repo"])
    if found is None or call.params["owner"].casefold() != call.state.organization.casefold():
        raise GithubError(responses.not_found_response())
    return found
