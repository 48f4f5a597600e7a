"""The answer that every reporter gets at once, by itself. A fixed text: nothing of the report is repeated in it."""

from datetime import datetime


def acknowledgement(community: str, answer_by: datetime) -> str:
    """What a reporter reads as soon as the report is in. Policy: P-2.4, P-3.6."""
    return (
        f"Thank you for telling us. Your report has reached the people who handle conduct reports for {community}, "
        "and nobody whom you named in it is told.\n\n"
        f"One of them will answer you by {spoken(answer_by)}. Nobody watches this around the clock: if somebody is in "
        "physical danger, call your local emergency services first.\n\n"
        "Keep your receipt. It is shown this once, and it is the key to your report: with it you can read how things "
        "stand, add to what you said, or withdraw. Nobody can look it up for you."
    )


def acknowledgement_for_file(community: str, answer_by: datetime) -> str:
    """What a reporter reads whose report was dealt with already and is sent for the file. Policy: P-2.3, P-2.4."""
    return (
        f"Thank you for letting us know. What you sent has reached the people who handle conduct reports for {community}, "
        "for their file, and nobody whom you named in it is told.\n\n"
        "You said that it has been dealt with. There is nothing that you need to do, and the person whom it is about is "
        f"not written to for this alone. One of us reads it by {spoken(answer_by)}; if we have a question, you find it "
        "with your receipt. Nobody watches this around the clock: if somebody is in physical danger, call your local "
        "emergency services first.\n\n"
        "Keep your receipt. It is shown this once, and it is the key to your report: with it you can read how things "
        "stand, tell us that help is needed after all, or withdraw. Nobody can look it up for you."
    )


def nobody_left(community: str) -> str:
    """What a reporter reads whose report concerns everybody who could handle it: no answer is promised. Policy: P-2.5."""
    return (
        f"Your report is kept, and nobody has been told of it: it concerns everybody who handles reports for {community}, "
        "so there is nobody left here who may read it. We cannot promise you an answer.\n\n"
        "Please turn to somebody outside whom you trust. If somebody is in physical danger, call your local emergency "
        "services first.\n\n"
        "Keep your receipt. It is shown this once. Once somebody is there whom your report does not concern, they can "
        "read it, and with the receipt you can add to it or withdraw it. Nobody can look it up for you."
    )


def addition_received(community: str) -> str:
    """What a reporter reads after adding something."""
    return f"Thank you. What you added is now with your report, and those who handle it for {community} have been told."


def spoken(at: datetime) -> str:
    """An instant as people read it, in UTC."""
    return f"{at.day} {at:%B %Y, %H:%M} UTC"
