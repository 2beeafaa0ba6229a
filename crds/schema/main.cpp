#include <filesystem>
#include <fstream>
#include <iostream>

#include "crds/base/text.h"
#include "crds/schema/crdgen.h"

// crdgen OUT_DIR DOCS_DIR HASHES_HEADER: writes the definitions and the reference pages that Describe says, and the
// definitions' hashes for the operator.
namespace {

bool Write(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) std::cerr << "crdgen: cannot write " << path.string() << "\n";
  return static_cast<bool>(file);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace weir::schema;
  if (argc != 4) {
    std::cerr << "usage: crdgen OUT_DIR DOCS_DIR HASHES_HEADER\n";
    return 2;
  }
  const std::filesystem::path out = argv[1], docs = argv[2];
  bool ok = Write(docs / "conditions.md", ConditionsPage()) && Write(argv[3], HashesHeader());
  for (const Kind& kind : Kinds()) {
    ok = Write(out / (std::string(kind.resource.plural) + ".yaml"), "# " + std::string(GeneratedNote()) + "\n" + ToYaml(Definition(kind))) && ok;
    ok = Write(docs / (weir::Lower(kind.resource.kind) + ".md"), ReferencePage(kind)) && ok;
  }
  return ok ? 0 : 1;
}
