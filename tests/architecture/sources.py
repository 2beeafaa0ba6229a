"""The sources as the rules see them. WEIR_ROOT names another tree, for trying the rules on a branch."""

import os
import pathlib
import re

ROOT = pathlib.Path(os.environ.get("WEIR_ROOT", pathlib.Path(__file__).resolve().parents[2]))
ROOMS = ("crds", "operator", "runner", "cli", "tests")
CODE = (".h", ".cpp")
SKIPPED = {"build", ".git", "node_modules", "__pycache__"}


def walk(folder):
    """Every file below a folder of the tree, as paths relative to its root, sorted."""
    for place, folders, names in os.walk(ROOT / folder):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        for name in sorted(names):
            yield (pathlib.Path(place) / name).relative_to(ROOT)


def code(*rooms):
    return [path for room in rooms or ROOMS for path in walk(room) if path.suffix in CODE]


def text(path):
    return (ROOT / path).read_text(encoding="utf-8")


def includes(path):
    """Pairs of the included path and whether it stands in quotes."""
    return [(name, mark == '"') for mark, name in re.findall(r'^\s*#\s*include\s*(["<])([^">]+)[">]', text(path), re.MULTILINE)]


def without_comments_and_texts(source):
    """The code with comments, texts and characters blanked out, line numbers kept. Separators in numbers (1'000) stay."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|R"([^()\\\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-zA-Z_])\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)

    def blank(match):
        return "\n" * match.group(0).count("\n") if match.group(0).startswith("/") else '""' + "\n" * match.group(0).count("\n")

    return pattern.sub(blank, source)


def enumerators(path, name):
    """Those of WEIR_ENUM(name, ...), which are its words too. Fails if the file has no such list."""
    found = re.search(rf"\bWEIR_ENUM\(\s*{name}\s*,([^()]*)\)", without_comments_and_texts(text(path)))
    names = re.findall(r"\w+", found.group(1)) if found else []
    if not names:
        raise AssertionError(f"{path} has no enumerators of WEIR_ENUM({name}, ...): was it moved or declared otherwise?")
    return names


def table(heading):
    """Rows of the Markdown table in docs/ARCHITECTURE.md whose first column has this heading."""
    rows, inside = [], False
    for line in text("docs/ARCHITECTURE.md").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith(f"| {heading} |"):
            inside = True
        elif inside and not line.startswith("|"):
            break
        elif inside and not line.startswith("|---"):
            rows.append([re.findall(r"`([^`]+)`", cell) for cell in cells])
    return rows
