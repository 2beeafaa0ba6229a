"""Who may include whom, as the tables of docs/ARCHITECTURE.md say."""

import fnmatch
import re
import unittest

import sources

PRODUCT = ("crds", "operator", "runner", "cli")
# What would make a plan depend on more than what was observed and the time it is given.
IMPURE_HEADERS = {"chrono", "thread", "mutex", "shared_mutex", "condition_variable", "future", "atomic", "iostream", "fstream", "sstream", "random", "filesystem", "ctime", "cstdio", "time.h"}
IMPURE_NAMES = r"\b(std::rand|rand|srand|time|clock_gettime|gettimeofday|getenv|SystemClock|spdlog|printf|fprintf|std::cout|std::cerr)\s*[(:<.]|\bSystemClock\b|\bstd::this_thread\b"


def folder_rules():
    return {row[0][0]: row[1] for row in sources.table("folder")}


def folder_of(path, rules):
    """The longest folder of the table that holds the path."""
    holders = [folder for folder in rules if path.startswith(folder)]
    return max(holders, key=len, default=None)


def allowed(included, folder, rules):
    if folder_of(included, rules) == folder:
        return True
    return any(included.startswith(may.removesuffix("*")) for may in rules[folder])


def may_name(path, homes):
    return any(path.startswith(home) if home.endswith("/") else fnmatch.fnmatch(path, home) for home in homes)


class Includes(unittest.TestCase):
    def test_the_tables_are_there(self):
        self.assertGreater(len(folder_rules()), 10)
        self.assertGreater(len(sources.table("header")), 5)

    def test_every_source_lies_in_a_folder_of_the_table(self):
        rules = folder_rules()
        homeless = [str(path) for path in sources.code(*PRODUCT) if folder_of(str(path), rules) is None]
        self.assertEqual(homeless, [])

    def test_folders_include_only_what_the_table_allows(self):
        rules, broken = folder_rules(), []
        for path in sources.code(*PRODUCT):
            folder = folder_of(str(path), rules)
            for name, quoted in sources.includes(path):
                if quoted and not allowed(name, folder, rules):
                    broken.append(f"{path} includes {name}")
        self.assertEqual(broken, [])

    def test_operator_and_runner_never_include_each_other(self):
        broken = [f"{path} includes {name}" for room, other in (("operator", "runner/"), ("runner", "operator/")) for path in sources.code(room) for name, _ in sources.includes(path) if name.startswith(other)]
        self.assertEqual(broken, [])

    def test_includes_are_written_from_the_root(self):
        broken = [f"{path} includes {name}" for path in sources.code(*PRODUCT) for name, quoted in sources.includes(path) if quoted and not (sources.ROOT / name).is_file()]
        self.assertEqual(broken, [])

    def test_each_library_has_one_home(self):
        broken = []
        for headers, homes in ((row[0], row[1]) for row in sources.table("header")):
            for path in sources.code(*PRODUCT):
                for name, quoted in sources.includes(path):
                    if not quoted and any(name.startswith(header) for header in headers) and not may_name(str(path), homes):
                        broken.append(f"{path} includes {name}, which belongs in {' '.join(homes)}")
        self.assertEqual(broken, [])

    def test_plan_is_pure(self):
        broken = []
        for path in sources.code("operator/plan"):
            broken += [f"{path} includes <{name}>" for name, quoted in sources.includes(path) if not quoted and name in IMPURE_HEADERS]
            body = sources.without_comments_and_texts(sources.text(path))
            broken += [f"{path}:{body.count(chr(10), 0, match.start()) + 1} names {match.group(0)}" for match in re.finditer(IMPURE_NAMES, body)]
        self.assertEqual(broken, [])


class TheRulesThemselves(unittest.TestCase):
    RULES = {"a/": [], "a/b/": ["c/*"], "c/d/": ["a/b/"]}

    def test_the_longest_folder_counts(self):
        self.assertEqual(folder_of("a/b/x.h", self.RULES), "a/b/")
        self.assertEqual(folder_of("a/x.h", self.RULES), "a/")

    def test_a_star_allows_folders_below(self):
        self.assertTrue(allowed("c/d/x.h", "a/b/", self.RULES))
        self.assertFalse(allowed("a/x.h", "a/b/", self.RULES))
        self.assertFalse(allowed("c/d/x.h", "a/", self.RULES))

    def test_comments_and_texts_name_nothing(self):
        source = 'int a = 1\'000; // time(0)\nauto b = "time(0)"; /* rand(\n */ auto c = R"(time()";)"; char d = \'"\'; time(0);'
        self.assertEqual(re.findall(r"time\(", sources.without_comments_and_texts(source)), ["time("])


if __name__ == "__main__":
    unittest.main()
