#include "cli/init.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sstream>

#include "cli/check.h"
#include "cli/inference.h"
#include "cli/runner_process.h"
#include "cli/scratch.h"
#include "cli/starter.h"
#include "crds/base/name.h"

namespace weir::cli {
namespace {

namespace fs = std::filesystem;

// The deepest folder that holds all files: the store `source` of the manifests.
fs::path CommonFolder(const std::vector<std::string>& files) {
  fs::path common;
  for (const std::string& file : files) {
    const fs::path folder = fs::absolute(file).lexically_normal().parent_path();
    if (common.empty()) common = folder;
    while (!common.empty() && common != common.root_path() && *fs::relative(folder, common).begin() == "..") common = common.parent_path();
  }
  return common;
}

Result<std::vector<InferredFile>> InferAll(const fs::path& folder, const std::vector<std::string>& files) {
  const auto scratch = Scratch::Make();
  if (!scratch) return scratch.error();
  auto engine = engine::MakeEngine({0, 2, scratch->Path()});
  if (!engine) return engine.error();
  std::vector<InferredFile> inferred;
  for (const std::string& file : files) {
    std::error_code error;
    if (!fs::exists(file, error)) return Error{Fault::Missing, "FileUnreadable", file + " does not exist: give CSV, JSON or Parquet files"};
    if (!fs::is_regular_file(file, error)) return Error{Fault::Missing, "FileUnreadable", file + " is no file: give CSV, JSON or Parquet files"};
    if (access(file.c_str(), R_OK) != 0) return Error{Fault::Denied, "FileUnreadable", file + " may not be read: " + std::strerror(errno)};
    auto one = Infer(**engine, folder.string(), fs::absolute(file).lexically_normal().lexically_relative(folder).string());
    if (!one) return one.error();
    for (const InferredFile& other : inferred)
      if (other.name == one->name)
        return Error{Fault::Invalid, "NameTaken",
                     other.path + " and " + one->path + " would both become the dataset " + one->name + ": rename one, or init them apart"};
    inferred.push_back(std::move(*one));
  }
  return inferred;
}

Status WriteNew(const fs::path& path, const std::string& text) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0 && errno == EEXIST)
    return Error{Fault::Conflict, "Exists", path.string() + " exists already and is never overwritten: give another --name or --output, or move it away"};
  if (fd < 0)
    return Error{Fault::Denied, "FileUnreadable", "cannot write " + path.string() + ": " + std::strerror(errno) + "; give another folder with --output"};
  const bool written = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (close(fd) == 0 && written) return Ok();
  unlink(path.c_str());
  return Error{Fault::Exhausted, "DiskFull", "cannot write all of " + path.string() + ": " + std::strerror(errno)};
}

// What `weir check` says of the manifests before they are written.
Status CheckStarter(const std::string& text) {
  std::istringstream in(text);
  const Manifests manifests = LoadManifests({"-"}, "default", in);
  const Findings findings = CheckAll(manifests, ReadManifests(manifests), {}, FindRunner());
  for (const Finding& finding : findings)
    if (finding.severity == Finding::Severity::Error)
      return Error{Fault::Data, "NotDeclarable",
                   "these files cannot be declared, nothing was written: " + finding.object + " " + finding.field + ": " + finding.message};
  return Ok();
}

void Summarize(const Terminal& terminal, const std::vector<InferredFile>& files, const fs::path& manifest, const fs::path& source) {
  for (const InferredFile& file : files) {
    terminal.err << OneLine(file.path) << ": " << file.columns.size() << (file.columns.size() == 1 ? " column\n" : " columns\n");
    for (const std::string& note : file.notes) terminal.err << "  " << Printable(note) << "\n";
  }
  const bool beside = fs::absolute(manifest).lexically_normal().parent_path() == source;
  terminal.out << "Wrote " << manifest.string() << "\n\nNext:\n  weir check " << manifest.string() << "\n  weir run " << manifest.string()
               << (beside ? "" : " --source " + source.string()) << "\n";
  for (const InferredFile& file : files) terminal.out << "  weir query \"SELECT * FROM " << TableName(file.name + "-v1") << "\"\n";
}

}  // namespace

Exit Init(const Terminal& terminal, const InitOptions& options) {
  const std::string name = options.name.empty() ? ObjectNameFor(options.files[0]) : options.name;
  if (!IsDnsLabel(name))
    return Complain(terminal, {Fault::Invalid, "Usage", "--name " + name + " must be small letters, digits and '-', such as " + ObjectNameFor(name)},
                    Exit::Usage);
  const fs::path source = CommonFolder(options.files);
  const auto files = InferAll(source, options.files);
  if (!files) return Complain(terminal, files.error(), Exit::Usage);
  fs::path out = options.out.empty() ? fs::path(options.files[0]).parent_path() : fs::path(options.out);
  const fs::path manifest = out / (name + ".yaml");
  const std::string text = StarterText(StarterManifests({name, options.team}, *files));
  if (const Status fits = CheckStarter(text); !fits) return Complain(terminal, fits.error(), Exit::Usage);
  if (const Status written = WriteNew(manifest, text); !written) return Complain(terminal, written.error(), Exit::Usage);
  Summarize(terminal, *files, manifest, source);
  return Exit::Ok;
}

}  // namespace weir::cli
