"""Each value of policy, changed in turn, changes some behaviour; one that nobody reads would be a promise unkept."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

import pytest

from rules import (
    advice,
    brake,
    conflicts,
    data_requests,
    deadlines,
    escalation,
    event_check,
    ladder,
    manual_tasks,
    measures,
    membership,
    name_matching,
    notification,
    pauses,
    precedence,
    quorum,
    reconsideration,
    report_intake,
    retention,
    rota,
    routing,
    shortfalls,
    suppression,
    tokens,
    unilateral,
    worklist,
)
from rules.audience import open_to_all_at
from rules.deadlines import TimeLimit
from rules.ladder import Outcome
from rules.policy import Policy, PolicyValue, policy_values
from rules.statistics import Counts
from tests.rules.community import DAY, DJANGO, HOUR, NOW, changed

Probe = Callable[[Policy], object]

SIX = frozenset("ABCDEF")
CIRCLE = routing.HandlingGroups(SIX, frozenset("A"), frozenset("L"), frozenset("LX"))
SEATED = shortfalls.SeatedPeople(
    routing.HandlingGroups(SIX, frozenset("A"), frozenset(), frozenset("X")), 0, has_mail=True
)
LISTS = [range(many) for many in (*range(40), *range(2_990, 3_010))]
SMALL_NUMBERS = suppression.Breakdown({str(many): Counts(reports=many) for many in range(2, 110)})
BARRED = precedence.Restriction.SUSPENDED
SHORT, EXTENDED = ladder.Outcome.SHORT_SUSPENSION, ladder.Outcome.EXTENDED_SUSPENSION


def every_hour(days: int, ask: Callable[[timedelta], object]) -> list[object]:
    """The answers at each hour of so many days."""
    return [ask(hour * HOUR) for hour in range(24 * days)]


def forgetting(policy: Policy, outcome: Outcome, times: int = 1, let_go_at: datetime | None = None) -> object:
    finding = retention.finding_of([outcome], is_closed=True, broke_the_code=None, is_dangerous=False, policy=policy)
    matters = [retention.Matter(str(number), NOW, finding, NOW) for number in range(times)]
    return retention.forget_at("0", [matters], retention.Needs(let_go_at=let_go_at), policy)


def deadline(kind: TimeLimit) -> Probe:
    return lambda policy: deadlines.due_at(kind, NOW, policy)


def danger(policy: Policy) -> object:
    minutes = [timedelta(minutes=minute) for minute in range(120)]
    return [
        routing.danger_call_for(SIX, CIRCLE, {}, NOW, acknowledged=False, now=NOW + m, policy=policy) for m in minutes
    ]


def rounds(policy: Policy) -> object:
    """What is asked of a member day by day for two years, who was asked and did not answer."""
    answers = []
    for day in range(800):
        now = NOW + day * DAY
        asked = now.replace(month=1, day=2) if now.month < 7 else None
        facts = membership.TermFacts(
            since=NOW - 400 * DAY,
            renewed_at=None,
            asked_at=asked if day % 2 else None,
            heard_at=now - 40 * DAY if day % 3 else now - DAY,
            was_reached=bool(day % 2),
            is_needed=True,
        )
        answers.append(membership.renewal_step(facts, now, policy))
    return answers


def handovers(policy: Policy) -> object:
    return [rota.turn_start(NOW + day * DAY, policy) for day in range(60)]


def contact(policy: Policy) -> object:
    return routing.contact_for(CIRCLE, {}, "C", None, policy)


def remaining(policy: Policy) -> object:
    statuses = dict.fromkeys("CDEF", conflicts.ConflictStatus.EXCLUDED)
    return routing.route_report(CIRCLE, statuses, policy).to


def mentions(policy: Policy) -> object:
    people = [name_matching.KnownNames("A", ("Annabelle",)), name_matching.KnownNames("B", ("Bryan",))]
    return [
        name_matching.find_mentioned(text, people, policy.conflicts) for text in ("ann", "anna", "bryen", "annabella")
    ]


def tallies(policy: Policy) -> object:
    """How proposals of several kinds stand among groups of several sizes, with several answers, as days go by."""
    outcomes = [ladder.Outcome.WARNING, SHORT, EXTENDED, ladder.Outcome.PERMANENT_BAN]
    scripts = ["", "B", "BC", "BCD", "BCDE", "BCd", "BCDe"]
    return [
        quorum.tally(
            quorum.CountedProposal("A", NOW, ladder.LadderConsequence(outcome=o)),
            ballots(s),
            group,
            NOW + day * DAY / 2,
            policy,
        ).state
        for o in outcomes
        for s in scripts
        for group in (SIX, frozenset("ABCD"), frozenset("ABC"))
        for day in range(60)
    ]


def ballots(script: str) -> list[quorum.CountedBallot[str]]:
    """One ballot a letter: a capital agrees, a small letter objects."""
    kinds = [quorum.Answer.AGREE if who.isupper() else quorum.Answer.OBJECT for who in script]
    return [quorum.CountedBallot(who.upper(), kind, NOW) for who, kind in zip(script, kinds, strict=True)]


def waiting_for_notification(policy: Policy) -> object:
    return notification.waits_until(NOW, policy, safety=False)


def terms(policy: Policy) -> object:
    return [
        ladder.may_propose_consequence(
            ladder.LadderConsequence(outcome=outcome, restriction=BARRED, term=day * DAY, has_conditions=True), policy
        )
        for outcome in (SHORT, EXTENDED)
        for day in range(400)
    ]


def term_end(policy: Policy) -> object:
    return ladder.on_term_end(
        ladder.AuthorityKind.DECISION,
        ladder.LadderConsequence(outcome=SHORT, restriction=BARRED, term=30 * DAY),
        policy,
    )


def act_timeline(policy: Policy) -> object:
    return unilateral.timeline(NOW, statement_at=None, reviewed_at=None, conflicted=False, policy=policy)


def conflicted_review(policy: Policy) -> object:
    return unilateral.act_due_dates(NOW, conflicted=True, policy=policy)


def reviews(policy: Policy) -> object:
    cast = [unilateral.ReviewBallot(who, unilateral.ReviewAnswer.RATIFY) for who in "BCDEF"]
    return [unilateral.review_state(cast[:n], "A", SIX, frozenset("D"), policy) for n in range(6)]


def alone(policy: Policy) -> object:
    ongoing = unilateral.Ground.ONGOING
    acts = [brake.PastAct(by="A", on=on, at=NOW, ground=ongoing) for on in range(30)]
    return [
        brake.may_act(brake.IntendedAct(by="A", on=99, ground=ongoing, term=None), acts[:n], SIX, [], NOW, policy).code
        for n in range(30)
    ]


def on_leader(policy: Policy) -> object:
    ongoing = unilateral.Ground.ONGOING
    return every_hour(
        8,
        lambda term: (
            brake.may_act(
                brake.IntendedAct(by="A", on=99, ground=ongoing, term=term, on_leader=True), [], SIX, [], NOW, policy
            ).code
        ),
    )


def restricting(policy: Policy) -> object:
    placed = [brake.PastRestriction(on, NOW) for on in range(60)]
    return [brake.may_restrict(99, placed[:n], NOW, policy, reapplied=False, raid=False) for n in range(60)]


def reapplying(policy: Policy) -> object:
    full = [brake.PastRestriction(on, NOW) for on in range(60)]
    again = [brake.PastRestriction(99, NOW - DAY, reapplied=True)] * 10
    return [brake.may_restrict(99, [*again[:n], *full], NOW, policy, reapplied=True, raid=False) for n in range(10)]


def lifts(policy: Policy) -> object:
    return [
        brake.are_lifts_alarming([NOW - every * n for n in range(count)], NOW, policy)
        for every in (HOUR, 11 * HOUR, 20 * HOUR)
        for count in range(10)
    ]


def audience_first(policy: Policy) -> object:
    return open_to_all_at(NOW, policy)


def measuring(policy: Policy) -> object:
    """Whether moderators may measure, by term and by how many measures there were how long ago."""
    return [
        measures.may_measure(term * DAY, [NOW - since * DAY] * earlier, NOW, policy).code
        for term in (1, 7, 10, 20)
        for since in (1, 60, 100)
        for earlier in range(6)
    ]


def pausing(policy: Policy) -> object:
    """Whether one member may pause something, by term and by how long ago they did, and how long another lets it go on."""
    alone = [
        pauses.may_pause(
            "a", hours * HOUR, [pauses.PastPause("a", NOW - days * DAY, False, False)], (), NOW, policy
        ).code
        for hours in (1, 24, 30, 60)
        for days in (1, 5, 8, 20)
    ]
    kept = [pauses.may_keep("b", "a", NOW, NOW + days * DAY, NOW, policy).code for days in (1, 5, 8, 20)]
    return alone, kept


PROBES: dict[str, Probe] = {
    "reports.contact_person": contact,
    "reports.first_answer_target": deadline(TimeLimit.FIRST_ANSWER_TARGET),
    "reports.first_answer": deadline(TimeLimit.FIRST_ANSWER),
    "reports.substantive_answer": deadline(TimeLimit.SUBSTANTIVE_ANSWER),
    "reports.resolution": deadline(TimeLimit.RESOLUTION),
    "reports.heard_first_for": audience_first,
    "reports.same_report_within": lambda policy: report_intake.repeat_window_start(NOW, policy),
    "reports.capture_kept_for": lambda policy: report_intake.capture_window_start(NOW, policy),
    "reports.danger_repeat": danger,
    "reports.danger_page": danger,
    "reports.letters_a_day": lambda policy: [report_intake.joins_last_mail(count, policy) for count in range(1200)],
    "reports.flood_window": lambda policy: report_intake.flood_window_start(NOW, policy),
    "reports.flood_from": lambda policy: [
        report_intake.flood_notice(count, summary_sent=False, policy=policy) for count in range(1200)
    ],
    "reports.burst_from": lambda policy: [report_intake.joins_burst_case(count, policy) for count in range(1200)],
    "hearing.reporter_asked_for": deadline(TimeLimit.CONTACT_QUESTION),
    "hearing.hearing_window": deadline(TimeLimit.HEARING),
    "hearing.talk_answer": deadline(TimeLimit.TALK),
    "conflicts.members_left": remaining,
    "conflicts.nickname_letters": mentions,
    "conflicts.typo_letters": mentions,
    "conflicts.conflict_review": conflicted_review,
    "quorum.others": tallies,
    "quorum.least_counted": tallies,
    "quorum.severe_from_rung": tallies,
    "quorum.severe_share": tallies,
    "quorum.consensus_share": tallies,
    "quorum.objection_window": tallies,
    "quorum.consensus_window": tallies,
    "quorum.decide_by": tallies,
    "quorum.organisers_approve": tallies,
    "enactment.feedback_window": deadline(TimeLimit.FEEDBACK),
    "enactment.second_reading_within": waiting_for_notification,
    "enactment.bounce_window": lambda policy: every_hour(
        8, lambda h: notification.is_undone_by_bounce(NOW, NOW + h, policy)
    ),
    "reconsideration.reconsider_within": lambda policy: reconsideration.request_until(NOW, policy),
    "sanctions.short_least": terms,
    "sanctions.short_most": terms,
    "sanctions.extended_least": terms,
    "sanctions.on_term_end": term_end,
    "readmission.remind_after": lambda policy: deadlines.readmission_reminder_times(NOW, policy),
    "readmission.review_every": deadline(TimeLimit.TERM_REVIEW),
    "readmission.readmission_answer": deadline(TimeLimit.READMISSION_ANSWER),
    "unilateral.account_due": act_timeline,
    "unilateral.review_within": act_timeline,
    "unilateral.review_agree": reviews,
    "unilateral.on_overdue": act_timeline,
    "unilateral.liaison_after": act_timeline,
    "unilateral.unreviewed_end": act_timeline,
    "brake.solo_people": alone,
    "brake.leader_hold": on_leader,
    "brake.max_people_per_hour": restricting,
    "brake.put_backs": reapplying,
    "brake.lifts_by_hand": lifts,
    "brake.lifts_within": lifts,
    "brake.raid_most": lambda policy: [
        brake.may_announce_raid("A", count, SIX, [], policy).code for count in (0, 1, 2, 3, 4999, 5000, 5001, 10_000)
    ],
    "brake.raid_lasts": lambda policy: brake.raid_announced_until(NOW, policy),
    "brake.raid_tells": brake.notifies_each_of_raid,
    "measures.local_max": measuring,
    "measures.local_repeat": measuring,
    "measures.local_repeat_within": measuring,
    "measures.local_look": lambda policy: measures.reconsideration_due_at(NOW, policy),
    "measures.native_reason_within": lambda policy: measures.explanation_due_at(NOW, policy),
    "measures.words_first": lambda policy: notification.measure_waits_until(
        NOW, policy, space_writes=True, safety=False
    ),
    "pauses.alone": pausing,
    "pauses.longest": pausing,
    "links.dispute_look": deadline(TimeLimit.LINK_DISPUTE),
    "routing.accept_within": deadline(TimeLimit.ACCEPTANCE),
    "routing.spaces_to_escalate": lambda policy: [escalation.is_cross_space(range(n), policy) for n in range(9)],
    "routing.board_report_within": deadline(TimeLimit.BOARD_REPORT),
    "routing.board_remind_every": deadline(TimeLimit.BOARD_ANSWER),
    "routing.program_appeal_within": lambda policy: [escalation.appeal_ends(NOW.date(), policy)],
    "reminders.shares": lambda policy: deadlines.reminder_times(TimeLimit.RESOLUTION, NOW, policy),
    "closing.review_after": deadline(TimeLimit.CASE_REVIEW),
    "closing.condition_check": deadline(TimeLimit.CONDITION_CHECK),
    "records.suppress_below": lambda policy: suppression.protect(SMALL_NUMBERS, policy.records.suppress_below),
    "retention.not_upheld": lambda policy: forgetting(policy, Outcome.NO_VIOLATION),
    "retention.minor": lambda policy: forgetting(policy, Outcome.WARNING),
    "retention.repeated_from": lambda policy: forgetting(policy, Outcome.WARNING, times=2),
    "retention.serious_from_rung": lambda policy: forgetting(policy, EXTENDED),
    "retention.review_every": lambda policy: retention.next_retention_review(NOW, NOW, policy),
    "retention.let_go_after": lambda policy: forgetting(policy, EXTENDED, let_go_at=NOW),
    "retention.legal_hold_most": lambda policy: [
        retention.may_hold(NOW + days * DAY, NOW, policy).code for days in range(0, 900, 10)
    ],
    "retention.forget_backups_after": lambda policy: retention.copies_open_until(NOW, policy),
    "data.answer_within": deadline(TimeLimit.DATA_REQUEST),
    "data.erase_after": lambda policy: data_requests.readable_until(NOW, policy),
    "affiliates.report_every": deadline(TimeLimit.AFFILIATE_REPORT),
    "events.least_names": lambda policy: [event_check.may_check_list(names, 0, policy.events) for names in LISTS],
    "events.most_names": lambda policy: [event_check.may_check_list(names, 0, policy.events) for names in LISTS],
    "events.most_lists": lambda policy: [event_check.may_check_list(LISTS[20], n, policy.events) for n in range(50)],
    "events.yes_when_near": lambda policy: [
        event_check.settle(event_check.MatchDegree.NEAR, "abcdefghijkl"[:many], "", policy.events) for many in range(12)
    ],
    "worklist.claim_lasts": lambda policy: worklist.oldest_standing(NOW, policy),
    "membership.renewal_month": rounds,
    "membership.remind_from": rounds,
    "membership.answer_within": lambda policy: membership.answer_due_at(NOW, policy),
    "membership.holdover": rounds,
    "membership.silence": lambda policy: [membership.silent_since(NOW, NOW, NOW + d * DAY, policy) for d in range(400)],
    "membership.least_members": lambda policy: [
        membership.is_needed(
            "A", routing.HandlingGroups(frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[:n]), *[frozenset()] * 3), policy
        )
        for n in range(1, 25)
    ],
    "membership.least_administrators": lambda policy: [
        membership.administration_faults({"here": "ABCDEFGHIJKLMN"[:n]}, policy) for n in range(14)
    ],
    "membership.adviser_answers_within": lambda policy: advice.answer_due_at(NOW, policy),
    "membership.represent_for": lambda policy: [
        membership.may_represent_until(NOW + days * DAY, NOW, policy).code for days in range(1000)
    ],
    "rota.turn": handovers,
    "rota.handover_day": handovers,
    "rota.handover_hour": handovers,
    "rota.remind_before": lambda policy: rota.reminder_at(NOW, policy),
    "rota.secondary_after": lambda policy: rota.second_call_at(NOW, policy),
    "rota.everybody_after": lambda policy: rota.everybody_called_at(NOW, policy),
    "manual.confirm_within": lambda policy: (manual_tasks.confirm_by(NOW, policy), manual_tasks.remind_at(NOW, policy)),
    "manual.release_ahead": lambda policy: manual_tasks.ask_release_at(NOW, policy),
    "tokens.longest": lambda policy: [tokens.token_length(days * DAY, policy).allowed for days in range(1, 400)],
    "groups.board": lambda policy: shortfalls.find_shortfalls(SEATED, policy),
}

VALUES = list(policy_values())


def others(value: PolicyValue) -> list[object]:
    """What else may stand there: for a choice every other choice, for a number a smaller or larger one."""
    now = getattr(getattr(DJANGO, value.section), value.key)
    if value.is_list:
        return [now[:-1]] if now else [(item,) for item in _choices(value)[1:2]]
    if isinstance(now, StrEnum):
        return [choice for choice in _choices(value) if choice is not now]
    return [_larger(now)]


def _choices(value: PolicyValue) -> list[StrEnum]:
    assert issubclass(value.kind, StrEnum)
    return list(value.kind)


def _larger(now: object) -> object:
    if isinstance(now, timedelta):
        return now * 2
    if isinstance(now, Fraction):
        return (now + 1) / 2
    assert isinstance(now, int)
    return now + 1


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value.path)
def test_each_value_changed_in_turn_changes_what_happens(value: PolicyValue) -> None:
    """Every rule with a number in it."""
    probe = PROBES[value.path]
    for other in others(value):
        assert probe(changed(DJANGO, value.path, other)) != probe(DJANGO)


def test_every_probe_belongs_to_a_value_and_every_value_has_one() -> None:
    assert list(PROBES) == [value.path for value in VALUES]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value.path)
def test_each_value_names_the_rule_it_comes_from(value: PolicyValue) -> None:
    assert re.fullmatch(r"P-\d{1,2}\.\d{1,2}", value.source.rule)


def test_a_probe_is_steady_so_that_a_difference_means_the_value() -> None:
    assert all(probe(DJANGO) == probe(DJANGO) for probe in PROBES.values())
