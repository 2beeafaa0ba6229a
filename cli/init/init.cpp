#include "cli/init/init.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <utility>

#include "cli/check/check.h"
#include "cli/init/shapes.h"
#include "cli/init/starter.h"
#include "cli/machine/runner_process.h"
#include "cli/machine/scratch.h"
#include "crds/base/name.h"
#include "crds/base/shell_word.h"
#include "crds/base/yaml.h"

namespace weir::cli {
namespace {

namespace fs = std::filesystem;

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
Status CheckStarter(const std::string& text, std::size_t datasets) {
  if (text.size() > kLongestYaml)
    return Error{Fault::Data, "NotDeclarable",
                 "the manifests of these " + std::to_string(datasets) +
                     " Datasets are larger than the 1 MiB that a file of manifests may have, nothing was written: give fewer "
                     "files at once with another --name each, or name files of one header so that one path such as sales-*.csv takes them"};
  std::istringstream in(text);
  const Manifests manifests = LoadManifests({"-"}, "default", in);
  const Findings findings = CheckAll(manifests, ReadManifests(manifests), {}, FindRunner());
  for (const Finding& finding : findings)
    if (finding.severity == Finding::Severity::Error)
      return Error{Fault::Data, "NotDeclarable",
                   "these files cannot be declared, nothing was written: " + finding.object + " " + finding.field + ": " + finding.message};
  return Ok();
}

// A note has SQL for the query of the View, which is a promise from its first publication on.
bool AdvisesSql(const std::vector<InferredFile>& files) {
  return std::any_of(files.begin(), files.end(), [](const InferredFile& file) {
    return std::any_of(file.notes.begin(), file.notes.end(), [](const std::string& note) { return note.find("in the SQL of the View") != std::string::npos; });
  });
}

void Summarize(const Terminal& terminal, const std::vector<InferredFile>& files, const fs::path& manifest, const fs::path& source) {
  for (const InferredFile& file : files) {
    terminal.err << OneLine(file.path) << (file.files > 1 ? " (" + std::to_string(file.files) + " files)" : "") << ": " << file.columns.size()
                 << (file.columns.size() == 1 ? " column\n" : " columns\n");
    for (const std::string& note : file.notes) terminal.err << "  " << Printable(note) << "\n";
    if (!file.successors.empty()) terminal.err << "  " << Printable(SuccessorsNote(file)) << "\n";
  }
  if (files.size() > kFilesOfPipeline)
    terminal.err << files.size() << " Datasets need " << files.size() * 4 << " stages, and a Pipeline has 50 at most: declared "
                 << (files.size() + kFilesOfPipeline - 1) / kFilesOfPipeline << " Pipelines\n";
  const bool beside = fs::absolute(manifest).lexically_normal().parent_path() == source;
  terminal.out << "Wrote " << manifest.string() << "\n\nNext:\n";
  if (AdvisesSql(files))
    terminal.out << "  edit the query of the View as noted, before the first run: that publishes the View, and another query is refused then\n"
                    "  (or set stability: Alpha in the View while you try)\n";
  terminal.out << "  weir check " << ShellWord(manifest.string()) << "\n  weir run " << ShellWord(manifest.string())
               << (beside ? "" : " --source " + ShellWord(source.string())) << "\n";
  for (const InferredFile& file : files) terminal.out << "  weir query \"SELECT * FROM " << TableName(file.name + "-v1") << "\"\n";
}

// A path such as data* takes the manifests too, where they are written beside the files.
void ExcludeManifest(const fs::path& manifest, InferredShapes& inferred) {
  const fs::path absolute = fs::absolute(manifest).lexically_normal();
  for (InferredFile& file : inferred.files) {
    const fs::path path = fs::path(inferred.folder) / file.path;
    if (file.files < 2 || path.parent_path() != absolute.parent_path() || !TakesName(path.filename().string(), absolute.filename().string())) continue;
    file.exclude.push_back({absolute.filename().string(), "manifests written by weir init"});
    file.notes.push_back(absolute.filename().string() + " (the manifests) also matches the path; added to exclude");
  }
}

// Of the folder that was given, of the only Dataset, or of the first file.
std::string NameOfWhole(const InitOptions& options, const std::vector<InferredFile>& files) {
  const fs::path first = fs::absolute(options.files[0]).lexically_normal();
  if (fs::is_directory(first)) return ObjectNameFor((first.has_filename() ? first : first.parent_path()).string());
  return files.size() == 1 ? files[0].name : ObjectNameFor(options.files[0]);
}

Result<InferredShapes> InferGiven(const Terminal& terminal, const GivenFiles& given) {
  ReadingProgress progress(terminal);
  const auto scratch = Scratch::Make();
  if (!scratch) return scratch.error();
  auto engine = engine::MakeEngine({0, 2, scratch->Path()});
  if (!engine) return engine.error();
  return InferShapes(**engine, given, progress);
}

}  // namespace

Exit Init(const Terminal& terminal, const InitOptions& options) {
  if (!options.name.empty() && !IsDnsLabel(options.name))
    return Complain(terminal,
                    {Fault::Invalid, "Usage", "--name " + options.name + " must be small letters, digits and '-', such as " + ObjectNameFor(options.name)},
                    Exit::Usage);
  const auto given = FindDataFiles(options.files);
  if (!given) return Complain(terminal, given.error(), Exit::Usage);
  auto inferred = InferGiven(terminal, *given);
  if (!inferred) return Complain(terminal, inferred.error(), Exit::Usage);
  const std::string name = options.name.empty() ? NameOfWhole(options, inferred->files) : options.name;
  const fs::path out = options.out.empty() ? fs::path(given->files[0].path).parent_path() : fs::path(options.out);
  const fs::path manifest = out / (name + ".yaml");
  ExcludeManifest(manifest, *inferred);
  for (const std::vector<std::string>* notes : {&given->notes, &std::as_const(inferred->notes)})
    for (const std::string& note : *notes) terminal.err << Printable(note) << "\n";
  const std::string text = StarterText(StarterManifests({name, options.team}, inferred->files), inferred->files);
  if (const Status fits = CheckStarter(text, inferred->files.size()); !fits) return Complain(terminal, fits.error(), Exit::Usage);
  if (const Status written = WriteNew(manifest, text); !written) return Complain(terminal, written.error(), Exit::Usage);
  Summarize(terminal, inferred->files, manifest, inferred->folder);
  return Exit::Ok;
}

}  // namespace weir::cli
