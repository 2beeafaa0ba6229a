#pragma once

#include <string>
#include <vector>

#include "cli/screen/reading_progress.h"
#include "crds/api/dataset.h"
#include "crds/base/result.h"
#include "runner/engine/engine.h"

namespace weir::cli {

// What a file looks like, or files of one shape, as `weir init` declares them.
struct InferredFile {
  std::string path;  // relative to the folder of the source; with a wildcard for several files
  std::string name;  // object name of its dataset: orders-2026
  api::Format format;
  std::vector<api::Column> columns;
  std::vector<std::string> notes;  // for the person: what will be quarantined, which column was renamed
  std::size_t files = 1;
  bool ascii = false;                   // delimited text of ASCII only
  std::vector<std::string> unvalued;    // names of columns without any value: their types are guesses
  std::vector<std::string> unfit;       // paths of files without a row that fits
  std::vector<api::Exclusion> exclude;  // files that the path matches too, and that do not fit
  std::string successors;               // of one dated file: a path that takes those that follow it too; empty for other files
};

// Judges the files `paths` below `folder` by all of their rows (Engine::SniffAll), then decodes them as declared: a note for
// each column names how many rows will be quarantined, with an example. Names that SQL would need quotes for are written
// plainly, with the original as sourceName. `path` is the path of the result, for several files one with a wildcard. Faults as
// Engine, and Missing or Invalid for what is not a file, empty or of no known kind.
Result<InferredFile> Infer(engine::Engine& engine, const std::string& folder, const std::vector<std::string>& paths, const std::string& path,
                           ReadingProgress& progress);

// "Orders 2026 (final).csv" -> "orders-2026-final", "Köln.csv" -> "koln"
std::string ObjectNameFor(const std::string& file);

// The columns with names of the form that the API takes, each once (SqlNames); a note lists those that changed.
std::vector<api::Column> WithPlainNames(std::vector<api::Column> columns, std::vector<std::string>& notes);

}  // namespace weir::cli
