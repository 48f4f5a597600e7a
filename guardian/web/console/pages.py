"""Every page of the console, in one list. Read `console_routes` first."""

from collections.abc import Sequence

from starlette.routing import Route

from guardian.web.console.act_pages import ActPages
from guardian.web.console.advice_pages import AdvicePages
from guardian.web.console.affiliate_pages import AffiliatePages
from guardian.web.console.board_report_pages import BoardReportPages
from guardian.web.console.case_pages import CasePages
from guardian.web.console.console import Console
from guardian.web.console.data_request_pages import DataRequestPages
from guardian.web.console.document_pages import DocumentPages
from guardian.web.console.escalation_pages import EscalationPages
from guardian.web.console.event_check_pages import EventCheckPages
from guardian.web.console.health_pages import HealthPages
from guardian.web.console.identity_pages import IdentityPages
from guardian.web.console.joining_pages import JoiningPages
from guardian.web.console.journal_pages import JournalPages
from guardian.web.console.late_pages import LatePages
from guardian.web.console.matter_pages import MatterPages
from guardian.web.console.measure_pages import MeasurePages
from guardian.web.console.member_pages import MemberPages
from guardian.web.console.membership_pages import MembershipPages
from guardian.web.console.more_pages import MorePages
from guardian.web.console.oral_report_pages import OralReportPages
from guardian.web.console.outside_act_pages import OutsideActPages
from guardian.web.console.passkey_pages import PasskeyPages
from guardian.web.console.pause_pages import PausePages
from guardian.web.console.raid_pages import RaidPages
from guardian.web.console.record_pages import RecordPages
from guardian.web.console.representative_pages import RepresentativePages
from guardian.web.console.review_pages import ReviewPages
from guardian.web.console.rota_pages import RotaPages
from guardian.web.console.sanction_pages import SanctionPages
from guardian.web.console.setting_pages import SettingPages
from guardian.web.console.shared_facts_pages import SharedFactsPages
from guardian.web.console.sign_in_pages import SignInPages
from guardian.web.console.statistics_pages import StatisticsPages
from guardian.web.console.todo_pages import TodoPages
from guardian.web.console.token_pages import TokenPages
from guardian.web.health import HealthCheck
from guardian.web.rate_limit import RateLimiter
from guardian.web.sign_in import SignIn


def console_routes(
    console: Console, sign_in: SignIn, rate_limiter: RateLimiter, health: HealthCheck
) -> Sequence[Route]:
    """Return the routes of every page of the console."""
    return [
        *TodoPages(console).routes(),
        *MorePages(console).routes(),
        *SignInPages(console, sign_in, rate_limiter).routes(),
        *PasskeyPages(console).routes(),
        *TokenPages(console).routes(),
        *SettingPages(console).routes(),
        *CasePages(console).routes(),
        *ActPages(console).routes(),
        *OutsideActPages(console).routes(),
        *ReviewPages(console).routes(),
        *RaidPages(console).routes(),
        *SanctionPages(console).routes(),
        *OralReportPages(console).routes(),
        *MatterPages(console).routes(),
        *MeasurePages(console).routes(),
        *PausePages(console).routes(),
        *EscalationPages(console).routes(),
        *MemberPages(console).routes(),
        *MembershipPages(console).routes(),
        *LatePages(console).routes(),
        *RotaPages(console).routes(),
        *RecordPages(console).routes(),
        *StatisticsPages(console).routes(),
        *IdentityPages(console).routes(),
        *DocumentPages(console).routes(),
        *EventCheckPages(console).routes(),
        *DataRequestPages(console).routes(),
        *SharedFactsPages(console).routes(),
        *AdvicePages(console).routes(),
        *JoiningPages(console).routes(),
        *RepresentativePages(console).routes(),
        *AffiliatePages(console).routes(),
        *BoardReportPages(console).routes(),
        *JournalPages(console).routes(),
        *HealthPages(console, health).routes(),
    ]
