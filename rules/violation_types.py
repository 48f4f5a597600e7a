"""The types of violation that a case can be of, one or several. Read `ViolationType` first. Policy: P-10.4."""

from enum import StrEnum


class ViolationType(StrEnum):
    """In which way the code was broken."""

    HARASSMENT = "harassment"
    CHARACTER_ATTACKS = "character attacks"
    STEREOTYPING = "stereotyping or discrimination"
    MICROAGGRESSIONS = "microaggressions"
    SEXUALISATION = "sexualisation"
    CONFIDENTIALITY = "violating confidentiality"
    ENDANGERMENT = "endangerment"
    DISCOURAGING = "discouraging involvement"
    MISLEADING_IDENTITY = "misleading identity"
    FAILING_TO_CREDIT = "failing to credit"
    PROMOTION = "promotional material"
    IRRESPONSIBLE = "irresponsible communication"
    SPACE_GUIDELINES = "violating a space's guidelines"
    RETALIATION = "retaliation"
    BAD_FAITH = "bad-faith reporting"
    AI_MISUSE = "misuse of AI-generated content"
    OTHER = "other"
