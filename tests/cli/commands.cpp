#include "tests/cli/commands.h"

#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/folders.h"

namespace weir::test {
namespace {

namespace fs = std::filesystem;

std::string ReadAll(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string Programs() {
  const char* given = std::getenv("WEIR_BIN");
  return given == nullptr ? ProgramFolder() : given;
}

}  // namespace

Commands::Commands() {
  folder_ = (fs::temp_directory_path() / "weir-cli-XXXXXX").string();
  if (mkdtemp(folder_.data()) == nullptr) ADD_FAILURE() << "no temporary folder";
  fs::create_directory(folder_ + "/.streams");
}

Commands::~Commands() { fs::remove_all(folder_); }

Ended Commands::Shell(const std::string& command) const {
  const std::string script = "cd '" + folder_ + "' && unset KUBECONFIG && PATH='" + Programs() + "':$PATH && { " + command + "\n} >.streams/out 2>.streams/err";
  const int status = std::system(script.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), ReadAll(folder_ + "/.streams/out"), ReadAll(folder_ + "/.streams/err")};
}

void Commands::Write(const std::string& file, const std::string& text) const { std::ofstream(folder_ + "/" + file, std::ios::binary) << text; }

std::string Commands::Read(const std::string& file) const { return ReadAll(folder_ + "/" + file); }

void Commands::CopyExample(const std::string& path) const {
  fs::copy(SourceFolder() + "/examples/" + path, folder_, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
}

}  // namespace weir::test
