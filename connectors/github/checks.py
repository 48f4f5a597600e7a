"""What `guardian check` says about the App's installation. Read `check_installation` first."""

from typing import Any

from connectors.github import translate
from guardian.spaces.port import (
    CheckResult,
    Unknown,
)


def check_installation(installation: dict[str, Any], organization: str) -> tuple[CheckResult, ...]:
    """Return what is wrong with the installation, else a line for each permission of the App."""
    if installation.get("suspended_at"):
        return (
            CheckResult(
                "The GitHub App's installation is suspended.",
                ok=False,
                remedy="An owner of the organisation takes the suspension back in the settings of installed Apps.",
                impact="Nothing can be looked at, restricted or lifted on GitHub.",
            ),
        )
    account = str(installation.get("account", {}).get("login", ""))
    if account.casefold() != organization.casefold():
        return (
            CheckResult(
                "The GitHub App's installation belongs to another account than the configured organisation.",
                ok=False,
                remedy="Set the installation id of the configured organisation.",
                impact="Nothing can be looked at, restricted or lifted on GitHub.",
            ),
        )
    return translate.check_permissions(installation.get("permissions", {}))


def no_answer_result(unknown: Unknown) -> CheckResult:
    """Return the line for a question that GitHub did not answer."""
    return CheckResult(
        f"GitHub gave no answer: {unknown.reason}.",
        ok=False,
        needs=unknown.needs or "",
        remedy="See whether the App's id, its private key and the installation's id belong together.",
        impact="Nothing can be looked at, restricted or lifted on GitHub until it answers.",
    )
