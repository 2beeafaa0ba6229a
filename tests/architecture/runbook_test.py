"""Every reason and every alert has its heading in the runbook."""

import re
import unittest

import sources

RUNBOOK = "docs/operations/runbook.md"


def sections():
    """Heading of the third level -> text below it."""
    parts = re.split(r"^### (.+)$", sources.text(RUNBOOK), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def reasons():
    return sources.enumerators("crds/api/condition.h", "Reason")


def alerts():
    return [name for path in sources.walk("charts") if path.suffix in (".yaml", ".tpl") for name in re.findall(r"alert: (\w+)", sources.text(path))]


class Runbook(unittest.TestCase):
    def test_every_reason_has_a_heading(self):
        self.assertGreater(len(reasons()), 50)
        self.assertEqual([word for word in reasons() if word not in sections()], [])

    def test_every_reason_is_given_by_somebody(self):
        said = "".join(sources.text(path) for path in sources.code("operator", "runner"))
        self.assertEqual([word for word in reasons() if not re.search(rf'Reason::{word}\b|"{word}"', said)], [])

    def test_every_alert_has_a_heading(self):
        self.assertGreater(len(alerts()), 2)
        self.assertEqual([name for name in alerts() if name not in sections()], [])

    def test_no_heading_is_empty(self):
        lowest = [heading for heading, body in sections().items() if heading in reasons() + alerts() and len(body.split()) < 8]
        self.assertEqual(lowest, [])

    def test_no_heading_is_left_of_a_reason_that_is_gone(self):
        known = set(reasons()) | set(alerts())
        self.assertEqual([heading for heading in sections() if heading not in known], [])


class Enumerators(unittest.TestCase):
    def test_they_are_found_in_their_order(self):
        self.assertEqual(sources.enumerators("crds/api/condition.h", "ConditionStatus"), ["True", "False", "Unknown"])

    def test_comments_between_them_are_none(self):
        self.assertEqual([word for word in reasons() if not word[0].isupper()], [])

    def test_a_list_that_is_not_there_is_told(self):
        with self.assertRaisesRegex(AssertionError, r"has no enumerators of WEIR_ENUM\(NoSuch"):
            sources.enumerators("crds/api/condition.h", "NoSuch")

    def test_words_stand_beside_no_enumeration(self):
        bad = [str(path) for path in sources.code("crds", "operator", "runner", "cli") if str(path) != "crds/api/describe/words.h" and re.search(r"\bstruct (\w+::)*Words<", sources.text(path))]
        self.assertEqual(bad, [], "two lists: use WEIR_ENUM or WEIR_ENUM_SPELT of crds/api/describe/words.h")


if __name__ == "__main__":
    unittest.main()
