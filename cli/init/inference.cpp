#include "cli/init/inference.h"

#include <filesystem>
#include <map>

#include "cli/screen/text_table.h"
#include "runner/engine/decode/file_columns.h"
#include "runner/formats/columns/latin_letters.h"
#include "runner/formats/columns/sql_names.h"

namespace weir::cli {
namespace {

// Rows of one column that do not fit.
struct Misfits {
  std::int64_t rows = 0;
  std::string example;
};

// How the rows of the files fit the columns as they are declared.
struct Fit {
  std::map<std::string, Misfits> misfits;  // by column; "" for rows that have another form
  std::int64_t rows = 0;
  std::vector<std::string> unfit;  // paths of files of which no row fits
};

// What will be quarantined is decided by the decoder itself, not guessed.
Result<Fit> Decode(engine::Engine& engine, const std::vector<engine::InputFile>& files, const InferredFile& inferred) {
  Fit fit;
  for (const engine::InputFile& file : files) {
    const std::string in_file = files.size() > 1 ? " of " + file.path : "";
    std::int64_t of_file = 0;
    const auto read = engine.Decode(file, inferred.format, {.columns = inferred.columns}, "sample", [&](engine::RejectedRow&& row) {
      Misfits& of = fit.misfits[row.column];
      ++of_file;
      if (of.rows++ == 0) of.example = (row.line > 0 ? "line " + std::to_string(row.line) + in_file + ": " : "") + row.reason;
    });
    if (!read) return read.error();
    fit.rows += read->rows;
    if (of_file > 0 && of_file >= read->rows) fit.unfit.push_back(file.path);
  }
  return fit;
}

// A column whose values mostly do not fit the type that the file has for them, such as times of nanoseconds, is text: that loses
// no row. Whether any became text.
bool MakeMisfitsText(const Fit& fit, InferredFile& inferred) {
  bool changed = false;
  for (api::Column& column : inferred.columns) {
    const auto of = fit.misfits.find(column.name);
    if (of == fit.misfits.end() || of->second.rows * 2 <= fit.rows || column.type == "VARCHAR") continue;
    inferred.notes.push_back("column " + column.name + " is VARCHAR: as " + column.type + " " + Grouped(of->second.rows) + " of " + Counted(fit.rows, "row") +
                             " would be quarantined, e.g. " + of->second.example);
    column.type = "VARCHAR";
    changed = true;
  }
  return changed;
}

Status FindMisfits(engine::Engine& engine, const std::vector<engine::InputFile>& files, InferredFile& inferred) {
  auto fit = Decode(engine, files, inferred);
  // Of a row only the first column that does not fit is told.
  while (fit && MakeMisfitsText(*fit, inferred)) fit = Decode(engine, files, inferred);
  if (!fit) return fit.error();
  inferred.unfit = std::move(fit->unfit);
  for (const std::string& path : inferred.unfit)
    inferred.notes.push_back("no row of " + path +
                             " fits, so weir run stops at it (QuarantineExceeded): correct the file, or name it in exclude of its Dataset in Landing");
  for (const auto& [column, of] : fit->misfits)
    inferred.notes.push_back((column.empty() ? "" : "column " + column + ": ") + Grouped(of.rows) + " of " + Counted(fit->rows, "row") +
                             " will be quarantined, e.g. " + of.example);
  return Ok();
}

}  // namespace

std::string ObjectNameFor(const std::string& file) {
  constexpr std::size_t kMax = 40;  // leaves room for -landing and for names of runs
  std::string stem = std::filesystem::path(file).filename().string();
  stem = stem.substr(0, stem.find('.', 1));
  std::string name;
  for (const char c : formats::PlainLatin(stem)) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (!name.empty() && name.back() != '-')
      name += '-';
  }
  if (name.empty() || std::isalpha(static_cast<unsigned char>(name[0])) == 0) name = "data-" + name;
  name = name.substr(0, kMax);
  while (name.back() == '-') name.pop_back();
  return name;
}

std::vector<api::Column> WithPlainNames(std::vector<api::Column> columns, std::vector<std::string>& notes) {
  std::vector<std::string> names;
  for (const api::Column& column : columns) names.push_back(column.name);
  names = formats::SqlNames(names);
  std::string changed;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    api::Column& column = columns[i];
    const std::string original = engine::NameInFile(column);
    column.name = names[i];
    if (column.name == original) continue;
    column.sourceName = original;
    changed += (changed.empty() ? "" : ", ") + std::string("\"") + original + "\" -> " + column.name;
  }
  if (!changed.empty()) notes.push_back("columns with another name in SQL: " + changed);
  return columns;
}

Result<InferredFile> Infer(engine::Engine& engine, const std::string& folder, const std::vector<std::string>& paths, const std::string& path,
                           ReadingProgress& progress) {
  api::TaskStore place;
  place.name = "source", place.root = folder;
  auto store = storage::OpenStore(place);
  if (!store) return store.error();
  constexpr int kTimes = 3;  // for the encoding, the types and the rows that do not fit
  const auto counted = progress.Counting(*store);
  std::int64_t bytes = 0;
  std::vector<engine::InputFile> files;
  for (const std::string& one : paths) {
    const auto stat = (*store)->Stat(one);
    if (!stat) return stat.error();
    if (stat->bytes == 0) return Error{Fault::Invalid, "FileUnreadable", one + " is empty: give a file with at least one row"};
    files.push_back({counted, one});
    bytes += stat->bytes;
  }
  progress.Begin(path, bytes, kTimes);
  auto sniffed = engine.SniffAll(files);
  if (!sniffed) return sniffed.error();
  InferredFile inferred{path, ObjectNameFor(path), std::move(sniffed->format), std::move(sniffed->columns), std::move(sniffed->notes), paths.size()};
  inferred.ascii = sniffed->ascii;
  inferred.unvalued = std::move(sniffed->unvalued);
  inferred.columns = WithPlainNames(std::move(inferred.columns), inferred.notes);
  if (Status found = FindMisfits(engine, files, inferred); !found) return found.error();
  return inferred;
}

}  // namespace weir::cli
