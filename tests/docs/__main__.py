"""`python -m tests.docs`: writes the tables, the picture and the list of harms of `docs/` anew, and names the lines in which something is left to say."""

import sys

from tests.docs import api_page, harms, permissions_page, picture, rules_page, states_page
from tests.docs.guides_tables import PAGES, every_table, text_of
from tests.docs.table import rewritten, unsaid


def main() -> int:
    """0 where nothing is left to say."""
    picture.main()
    for each in (permissions_page, rules_page, states_page):
        each.PAGE.write_text(each.page(), encoding="utf-8")
    harms.PAGE.write_text(harms.page(), encoding="utf-8")
    api_page.PAGE.write_text(api_page.text(), encoding="utf-8")
    tables, left = tuple(every_table()), 0
    for path in PAGES:
        text = rewritten(text_of(path), tables)
        path.write_text(text, encoding="utf-8")
        for line in unsaid(text):
            sys.stdout.write(f"{path.name} has an empty cell: {line}\n")
            left += 1
    return 1 if left else 0


if __name__ == "__main__":
    raise SystemExit(main())
