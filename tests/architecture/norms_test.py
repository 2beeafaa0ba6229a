"""Sizes, names and texts of our sources."""

import collections
import re
import unittest

import sources

MOST_LINES, MOST_HEADER_LINES, MOST_FUNCTION_LINES = 400, 150, 60
FORBIDDEN_WORDS = ("Manager", "Helper", "Util", "Utils", "Common", "Handler", "Processor", "Info")
FORBIDDEN_FOLDERS = {"common", "util", "utils", "helpers", "misc"}
MOST_FILES = 25
# One case or input a file, and as many as there are.
DATA_FOLDERS = re.compile(r"tests/(schema/(accepted|refused|contract/.*)|plan/cases/.*|fuzz/corpus/.*)")
TEXT_FILES = (".h", ".cpp", ".txt", ".cmake", ".md", ".yaml", ".yml", ".json", ".sh", ".py", ".tpl")
# Paths that exist on one machine only.
MACHINE_PATHS = re.compile(r"(?<![\w.$/])/(work|root|home/\w+)/[\w.]")


def functions(source):
    """(name, first line, lines) of each function body: an opening brace after a closing parenthesis at namespace or
    class level. Braces are counted on code without comments and texts."""
    body = sources.without_comments_and_texts(source)
    found, depth_of_scope, depth, opened = [], 0, 0, None
    statement = ""
    line = 1
    for character in body:
        if character == "\n":
            line += 1
        if character == "{":
            head = statement.strip()
            is_scope = opened is None and re.search(r"\b(namespace|class|struct|enum|union)\b[^()]*$", head) is not None
            if is_scope and depth == depth_of_scope:
                depth_of_scope += 1
            elif opened is None and depth == depth_of_scope and ")" in head and "=" not in head.split("(")[0]:
                name = re.search(r"([~\w:]+)\s*\(", head)
                opened = (name.group(1) if name else "?", line - head.count("\n"), depth)
            depth += 1
            statement = ""
        elif character == "}":
            depth -= 1
            if opened is not None and depth == opened[2]:
                found.append((opened[0], opened[1], line - opened[1] + 1))
                opened = None
            depth_of_scope = min(depth_of_scope, depth)
            statement = ""
        elif character == ";":
            statement = ""
        else:
            statement += character
    return found


class Norms(unittest.TestCase):
    def test_files_are_short(self):
        long = [f"{path}: {count} lines" for path in sources.code() if (count := sources.text(path).count("\n")) > MOST_LINES]
        self.assertEqual(long, [])

    def test_headers_are_short_unless_they_declare_an_api_type(self):
        headers = [path for path in sources.code("crds", "operator", "runner", "cli") if path.suffix == ".h" and not str(path).startswith("crds/api/")]
        long = [f"{path}: {count} lines" for path in headers if (count := sources.text(path).count("\n")) > MOST_HEADER_LINES]
        self.assertEqual(long, [])

    def test_functions_are_short(self):
        long = [f"{path}:{line} {name}: {lines} lines" for path in sources.code() for name, line, lines in functions(sources.text(path)) if lines > MOST_FUNCTION_LINES]
        self.assertEqual(long, [])

    def test_no_type_or_function_has_a_name_that_says_nothing(self):
        declared = re.compile(r"\b(?:class\s+|struct\s+|enum class\s+|enum\s+|using\s+|namespace\s+|WEIR_ENUM\(\s*|WEIR_ENUM_SPELT\(\s*)(\w+)")
        empty = re.compile(r"(^|[a-z_])(%s)$" % "|".join(FORBIDDEN_WORDS))
        names = [(path, name) for path in sources.code() for name in declared.findall(sources.without_comments_and_texts(sources.text(path)))]
        bad = [f"{path} declares {name}" for path, name in names if empty.search(name)]
        self.assertEqual(bad, [])

    def test_no_folder_or_file_is_a_dumping_ground(self):
        paths = [path for room in sources.ROOMS for path in sources.walk(room)]
        bad = [str(path) for path in paths if FORBIDDEN_FOLDERS & set(path.parts[:-1]) or path.stem in FORBIDDEN_FOLDERS]
        self.assertEqual(bad, [])

    def test_folders_hold_few_files(self):
        folders = collections.Counter(path.parent.as_posix() for room in sources.ROOMS for path in sources.walk(room))
        crowded = [f"{folder}: {count} files" for folder, count in sorted(folders.items()) if count > MOST_FILES and not DATA_FOLDERS.fullmatch(folder)]
        self.assertEqual(crowded, [])

    def test_no_path_of_a_machine_is_committed(self):
        rooms = (*sources.ROOMS, "charts", "docs", "examples", "cmake")
        paths = [path for room in rooms for path in sources.walk(room) if path.suffix in TEXT_FILES]
        bad = [f"{path}: {match.group(0)}" for path in paths for match in MACHINE_PATHS.finditer(sources.text(path))]
        self.assertEqual(bad, [])

    def test_headers_are_guarded(self):
        bad = [str(path) for path in sources.code() if path.suffix == ".h" and "#pragma once" not in sources.text(path)]
        self.assertEqual(bad, [])

    def test_the_architecture_is_told_in_200_lines(self):
        self.assertLessEqual(sources.text("docs/ARCHITECTURE.md").count("\n"), 200)


class TheCounter(unittest.TestCase):
    SOURCE = """namespace a {
class B {
  int Short() const { return 1; }
  void Long(int x) {
    if (x) {
    }
    auto f = [] { return 2; };
  }
};
struct C : D {
  C() : d_({1, 2}) {
  }
};
const std::vector<int> kList = {1, 2};
}  // namespace a
int main() {
  while (true) {
  }
}
"""

    def test_functions_are_found_with_their_lengths(self):
        found = {name: lines for name, _, lines in functions(self.SOURCE)}
        self.assertEqual(found["Short"], 1)
        self.assertEqual(found["Long"], 5)
        self.assertEqual(found["main"], 4)


if __name__ == "__main__":
    unittest.main()
