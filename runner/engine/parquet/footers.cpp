#include "runner/engine/parquet/footers.h"

#include <algorithm>
#include <map>

#include "runner/engine/errors.h"
#include "runner/engine/sql/sql.h"

namespace weir::engine {
namespace {

Status Compare(const InputFile& file, std::int64_t rows) {
  if (!file.rows || *file.rows == rows) return Ok();
  return Error{Fault::Data, "FileUnreadable",
               NameInStore(file) + " has " + std::to_string(rows) + " rows instead of the " + std::to_string(*file.rows) + " that were committed"};
}

Status CheckAll(Session& session, const std::vector<InputFile>& files, const std::vector<std::string>& names) {
  std::map<std::string, const InputFile*> by_name;
  for (std::size_t i = 0; i < files.size(); ++i) by_name[names[i]] = &files[i];
  std::size_t seen = 0;
  Status done =
      session.ForEach("SELECT file_name, num_rows FROM parquet_file_metadata([" + Joined(names) + "])", [&](const std::vector<duckdb::Value>& row) -> Status {
        ++seen;
        const auto found = by_name.find(Literal(row[0].ToString()));
        if (found == by_name.end()) return Error{Fault::Bug, "InternalError", "the footer of an unknown file was read: " + row[0].ToString()};
        return Compare(*found->second, row[1].GetValue<std::int64_t>());
      });
  if (done.ok() && seen != files.size())
    return Error{Fault::Bug, "InternalError", std::to_string(seen) + " of " + std::to_string(files.size()) + " footers were read"};
  return done;
}

bool IsNotOfTheFile(const Session& session, const Error& error) {
  return session.StoreFailed() || error.fault == Fault::Exhausted || error.reason == "FileUnreadable" || error.reason == "Cancelled";
}

}  // namespace

Status CheckFooters(Session& session, const std::vector<InputFile>& files, const std::vector<std::string>& names) {
  if (std::none_of(files.begin(), files.end(), [](const InputFile& file) { return file.bytes || file.rows; })) return Ok();
  const Status all = CheckAll(session, files, names);
  if (all.ok() || IsNotOfTheFile(session, all.error())) return all;
  // Which one it is shows when each is asked alone.
  for (std::size_t i = 0; i < files.size(); ++i) {
    const Status one = CheckAll(session, {files[i]}, {names[i]});
    if (one.ok()) continue;
    if (IsNotOfTheFile(session, one.error())) return one;
    return Error{Fault::Data, "FileUnreadable", NameInStore(files[i]) + " is not a complete Parquet file: " + ForPeople(one.error().message, files[i].path)};
  }
  return all;
}

}  // namespace weir::engine
