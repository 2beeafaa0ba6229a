"""Documents tell the truth: each command block says what runs it, and each proof of docs/bad-input.md exists."""

import re
import unittest

import sources

DOCUMENTS = ["README.md", *map(str, sources.walk("docs/how-to")), *map(str, sources.walk("docs/operations"))]
# `tested`: tests/cli/docs/docs_test.cpp; `tested-on-server`: tests/cli/docs/docs_on_server_test.cpp; `tested-by PATH`: the same
# commands in that program; `needs-docker`: what no test here can have.
MARKS = re.compile(r"(sh (tested|tested-on-server|needs-docker|tested-by (?P<path>\S+))|yaml|text)?$")
PROOFS = "docs/bad-input.md"


def openings(document):
    """What stands behind the opening fence of each block, with its line."""
    inside = False
    for number, line in enumerate(sources.text(document).splitlines(), 1):
        if line.startswith("```"):
            inside = not inside
            if inside:
                yield number, line[3:]


def proofs():
    """(bad input, proof) of each row's last column."""
    for line in sources.text(PROOFS).splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("| ") and len(cells) > 2 and cells[-1] != "proved by":
            for proof in re.findall(r"`([^`]+)`", cells[-1]):
                yield cells[0], proof


def exists(proof):
    """`Suite.Name` of a C++ test, `BadInput.Case` of a table, `path` or `path name` of a program."""
    path, _, name = proof.partition(" ")
    if (sources.ROOT / path).exists():
        return not name or name in sources.text(path)
    suite, _, case = proof.partition(".")
    tests = [sources.text(path) for path in sources.code("tests")]
    declared = re.compile(r"TEST(_F|_P)?\(%s,\s*%s\)" % (suite, case))
    tabled = re.compile(r'^\s*\{"%s",' % case, re.MULTILINE)
    return any(declared.search(text) for text in tests) or (
        suite in ("BadInput", "BadDataInput") and tabled.search(sources.text("tests/cli/bad_input_test.cpp")) is not None)


class Documents(unittest.TestCase):
    def test_every_block_says_what_runs_it(self):
        bad = [f"{document}:{line}: ```{mark}" for document in DOCUMENTS for line, mark in openings(document) if not MARKS.match(mark) or (not mark and document != "README.md")]
        self.assertEqual(bad, [])

    def test_what_is_said_to_run_a_block_exists(self):
        paths = [(document, MARKS.match(mark)["path"]) for document in DOCUMENTS for _, mark in openings(document) if MARKS.match(mark) and MARKS.match(mark)["path"]]
        self.assertGreater(len(paths), 3)
        self.assertEqual([(document, path) for document, path in paths if not (sources.ROOT / path).exists()], [])

    def test_every_document_is_run(self):
        listed = sources.text("tests/cli/docs/code_blocks.h")
        self.assertEqual([document for document in DOCUMENTS if f'"{document}"' not in listed], [])

    def test_links_lead_somewhere(self):
        dead = []
        for document in [*DOCUMENTS, PROOFS, "docs/ARCHITECTURE.md", "CONTRIBUTING.md"]:
            for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", sources.text(document)):
                if not (sources.ROOT / document).parent.joinpath(target).exists():
                    dead.append(f"{document}: {target}")
        self.assertEqual(dead, [])


class BadInput(unittest.TestCase):
    def test_every_proof_exists(self):
        self.assertGreater(len(list(proofs())), 40)
        self.assertEqual([(row, proof) for row, proof in proofs() if not exists(proof)], [])

    def test_every_case_of_the_tables_is_told(self):
        cases = re.findall(r'^    \{"(\w+)",', sources.text("tests/cli/bad_input_test.cpp"), re.MULTILINE)
        told = {proof.partition(".")[2] for _, proof in proofs()}
        self.assertGreater(len(cases), 30)
        self.assertEqual([case for case in cases if case not in told], [])


if __name__ == "__main__":
    unittest.main()
