#pragma once

#include <fstream>
#include <string>
#include <vector>

#include "tests/folders.h"

namespace weir::test {

inline const std::vector<std::string>& Documents() {
  static const std::vector<std::string> kDocuments{"README.md",
                                                   "docs/how-to/first-ten-minutes.md",
                                                   "docs/how-to/files-to-manifests.md",
                                                   "docs/how-to/install.md",
                                                   "docs/how-to/lake.md",
                                                   "docs/how-to/run-now.md",
                                                   "docs/how-to/runner-pods.md",
                                                   "docs/how-to/watch-freshness.md",
                                                   "docs/how-to/bad-and-late-files.md",
                                                   "docs/how-to/change-a-published-view.md",
                                                   "docs/how-to/check-rows.md",
                                                   "docs/how-to/read-and-restore.md",
                                                   "docs/how-to/export-files.md",
                                                   "docs/how-to/test-cluster.md",
                                                   "docs/operations/runbook.md"};
  return kDocuments;
}

// The lines of all code blocks of a document that are opened by "```<mark>", in order.
inline std::string CodeBlocks(const std::string& document, const std::string& mark) {
  std::ifstream file(SourceFolder() + "/" + document);
  std::string commands;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("```"))
      inside = line == "```" + mark;
    else if (inside)
      commands += line + "\n";
  }
  return commands;
}

// "docs/how-to/run-now.md" as the name of a test.
inline std::string NameOf(const std::string& document) {
  std::string name;
  for (const char c : document) name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}

}  // namespace weir::test
