"""`python -m tests.docs`: writes the tables of `docs/spaces.md` anew, and names the lines that do not say what is answered."""

import sys

from tests.docs.page import PAGE, rewritten, unanswered


def main() -> int:
    """0 where every line says what is answered."""
    page = rewritten(PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(page, encoding="utf-8")
    empty = unanswered(page)
    for line in empty:
        sys.stdout.write(f"{PAGE.name} does not say what this answers: {line}\n")
    return 1 if empty else 0


if __name__ == "__main__":
    raise SystemExit(main())
