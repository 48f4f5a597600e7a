"""What is said on the console of what people ask about what is kept of them, and of what is passed on. Read `DATA_LABELS` first."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from guardian.cases.data_requests import DataRequestKind
from rules.data_requests import DataOutcome, DataRefusal, ObjectionEffect, Withholding
from rules.shared_facts import SharedOf, SharingGround

DATA_LABELS: Final[Mapping[type, Mapping[Any, str]]] = MappingProxyType(
    {
        DataRequestKind: {
            DataRequestKind.ACCESS: "a copy of what is kept of them",
            DataRequestKind.CORRECTION: "something is to be put right",
            DataRequestKind.ERASURE: "it is to be destroyed",
            DataRequestKind.OBJECTION: "they object to its use",
        },
        SharedOf: {
            SharedOf.PROTECTED: "somebody who reported, was harmed or saw it",
            SharedOf.REPORTED: "the reported person",
        },
        SharingGround: {
            SharingGround.PERMISSION: "with their written permission",
            SharingGround.INVESTIGATING: "as far as investigating needs it",
            SharingGround.SAFETY: "for somebody's immediate safety",
            SharingGround.LAW: "the law asks for it",
            SharingGround.CARRYING_OUT: "as far as carrying out the decision needs it",
        },
        DataOutcome: {
            DataOutcome.GRANTED: "granted",
            DataOutcome.PARTLY: "granted in part",
            DataOutcome.REFUSED: "refused",
        },
        ObjectionEffect: {
            ObjectionEffect.KEPT_SHORTER: "the case is kept until a day that you name",
            ObjectionEffect.NOT_TOLD: "events are told nothing of it: the flag and the summary go",
            ObjectionEffect.READ_ANEW: "events are told nothing before another member has read the summary anew",
        },
        Withholding: {
            Withholding.WHO_SPOKE: "it could show who spoke",
            Withholding.OTHERS: "it is about other people",
            Withholding.DELIBERATION: "members wrote it to come to a view",
            Withholding.SAFETY: "it would put somebody at risk",
            Withholding.LEGAL: "the law does not let us give it",
        },
        DataRefusal: {
            DataRefusal.OPEN_MATTER: "the matter is still open",
            DataRefusal.IN_FORCE: "what was decided is still in force",
            DataRefusal.LEGAL_HOLD: "the law or a court asks us to keep it",
            DataRefusal.RETENTION: "it is kept as the rules for such matters say",
            DataRefusal.OTHERS: "it belongs to other people as well",
            DataRefusal.SAFETY: "it would put somebody at risk",
            DataRefusal.UNFOUNDED: "it was looked at and is not wrong",
        },
    }
)
"""The words of each value, by its kind."""
