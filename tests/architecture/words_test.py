"""Words that readers of other documentation do not expect, in the texts that users read."""

import re
import unittest

import sources

# (pattern, what to write instead).
REFUSED = (
    (r"lies? (in|on|at|behind|elsewhere|beneath)", "is in, is stored in"),
    (r"stands? (in|at|here|there|above|below|beside)", "is in, is at, is"),
    (r"(tells|is told|are told)", "returns, reports, shows"),
    (r"mend(s|ed|ing)?", "fix"),
    (r"put(s|ting)? right", "fix"),
    (r"(goes|went|going|go) on", "continues"),
    (r"(is|are) held up", "is blocked"),
    (r"(taken|takes?|taking) back", "is reverted, is rolled back"),
    (r"for good", "permanently"),
    (r"by itself", "automatically, separately"),
    (r"(what|which) came of", "the result of"),
    (r"set aside", "quarantined"),
    (r"figures", "numbers, measurements"),
    (r"anew", "again, from the start"),
    (r"in silence", "silently"),
    (r"answers for", "owns"),
)
CODE = re.compile(r"`[^`]*`|\]\([^)]*\)")


def texts():
    """(path, text) of each file whose words users read."""
    docs = [path for folder in ("docs/how-to", "docs/operations", "docs/reference") for path in sources.walk(folder)]
    charts = [path for path in sources.walk("charts") if path.name in ("values.yaml", "rules.yaml", "NOTES.txt")]
    crds = [path for path in sources.walk("crds") if path.parent.as_posix() == "crds" and path.suffix == ".yaml"]
    for path in ("README.md", "CHANGELOG.md", "docs/ARCHITECTURE.md", "docs/bad-input.md", "docs/compatibility.md", *docs, *charts, *crds):
        yield path, sources.text(path)


def refused(text):
    """(line, words, what to write instead) of each refused use; code and links are left out."""
    for number, line in enumerate(text.splitlines(), 1):
        words = CODE.sub("", line)
        for pattern, instead in REFUSED:
            for match in re.finditer(r"\b%s\b" % pattern, words, re.IGNORECASE):
                yield number, match.group(0), instead


class Words(unittest.TestCase):
    def test_texts_that_users_read_have_the_words_that_they_search_for(self):
        bad = [f'{path}:{line}: "{words}"; write: {instead}' for path, text in texts() for line, words, instead in refused(text)]
        self.assertEqual(bad, [], "\n" + "\n".join(bad))

    def test_refused_words_are_found_outside_of_code(self):
        self.assertEqual(list(refused("The run goes on.\n`goes on` and so on")), [(1, "goes on", "continues")])
        self.assertEqual([words for _, words, _ in refused("It lies in a folder, and is told for good")], ["lies in", "is told", "for good"])


if __name__ == "__main__":
    unittest.main()
