#include "runner/stages/decoding/decoding.h"

#include <algorithm>
#include <cstdlib>

#include "crds/base/clock_skew.h"
#include "crds/base/count.h"
#include "crds/base/text.h"
#include "runner/stages/decoding/absent_columns.h"
#include "runner/stages/files/file_zone.h"
#include "runner/stages/tables/events_ahead.h"

namespace weir::stages {
namespace {

// A file moves the data's time by its rows: one of which no row is in the table, because it has none or all are quarantined,
// brings nothing newer. Nor does one whose landing is ahead of this run: then a clock was wrong.
bool MovesDataTime(const Decoding& decoding, const storage::DataFile& file) {
  return !storage::IsQuarantinedWhole(file) && file.rows > 0 && Time::FromSeconds(Number(file, kTagLanded)) <= decoding.place.task.logicalTime + kClockSkew;
}

api::Finding OfUtf8(const api::TaskTable& files, const std::vector<std::string>& utf8) {
  const auto* csv = files.format ? files.format->As<api::CsvFormat>() : nullptr;
  const std::string declared = csv != nullptr && csv->encoding ? " " + std::string(api::Word(*csv->encoding)) : "";
  std::string text = Counted(static_cast<std::int64_t>(utf8.size()), "file");
  text += utf8.size() == 1 ? " is UTF-8 by all of its bytes" : " are UTF-8 by all of their bytes";
  text += ", and Dataset " + files.name + " declares encoding" + declared + ", by which other letters are read: " + OneLine(utf8.front());
  if (utf8.size() > 1) text += " and " + Grouped(static_cast<std::int64_t>(utf8.size() - 1)) + " more";
  return {"Dataset/" + files.name, text + "; declare the encoding that the files have, and a Dataset of its own for files in another one"};
}

std::string AbsentAsExpected(const Decoding& decoding) {
  AbsentColumnsOfFiles absent;
  for (const auto& [path, file] : decoding.files)
    if (!storage::IsQuarantinedWhole(file)) absent.Add(file, "");
  return absent.Expected();
}

}  // namespace

std::int64_t Number(const storage::DataFile& file, const char* tag) { return std::strtoll(Tag(file, tag).c_str(), nullptr, 10); }

Facts SumsOf(const Decoding& decoding, const storage::TableState& inputs) {
  Facts facts{.ledger = {.filtered = 0}, .contentHash = engine::EmptyContentHash()};
  facts.files = api::FileLedger{.in = static_cast<std::int64_t>(inputs.files.size()),
                                .excluded = static_cast<std::int64_t>(decoding.selection.excluded.size()),
                                .superseded = static_cast<std::int64_t>(decoding.superseded.size())};
  std::optional<Time> newest_event;
  std::optional<Time> newest_landed;
  const auto until = EventsUntil(decoding.place.task, *decoding.target.table);  // files of older releases may hold later ones
  for (const auto& [path, file] : decoding.files) {
    (storage::IsQuarantinedWhole(file) ? facts.files->quarantined : facts.files->out) += 1;
    facts.ledger.rowsIn += Number(file, kTagRead);
    facts.ledger.rowsOut += file.rows;
    facts.ledger.quarantined += Number(file, kTagQuarantined);
    facts.contentHash = engine::AddContentHash(facts.contentHash, Tag(file, kTagContent));
    const auto event = ParseTime(Tag(file, kTagNewestEvent));
    if (event.ok() && *event <= until.value_or(*event)) newest_event = std::max(newest_event.value_or(*event), *event);
    const Time landed = Time::FromSeconds(Number(file, kTagLanded));
    if (MovesDataTime(decoding, file)) newest_landed = std::max(newest_landed.value_or(landed), landed);
  }
  facts.dataAsOf = decoding.target.table->eventTime.empty() ? newest_landed : newest_event;
  facts.inputs = {{decoding.input.table->name, inputs.version, facts.ledger.rowsIn}};
  facts.quarantine = decoding.quarantine.Path();
  if (facts.ledger.quarantined > 0) facts.quarantined = {{decoding.target.table->name, facts.ledger.quarantined}};
  if (facts.files->quarantined > 0) facts.withoutFiles = {{decoding.target.table->name, facts.files->quarantined}};
  facts.excluded = decoding.selection.excluded;
  facts.superseded = decoding.superseded;
  return facts;
}

std::vector<api::Finding> ReservationsOf(const Decoding& decoding) {
  std::vector<api::Finding> findings;
  for (const std::string& warning : decoding.selection.warnings) findings.push_back({"Dataset/" + decoding.input.table->name, warning});
  std::vector<LeftOut> quarantined;
  std::vector<std::string> utf8;
  EventsAhead ahead;
  AbsentColumnsOfFiles absent;
  for (const auto& [path, file] : decoding.files) {
    if (!Tag(file, kTagIsUtf8).empty()) utf8.push_back(Tag(file, kTagInput));
    if (!storage::IsQuarantinedWhole(file)) absent.Add(file, Tag(file, kTagInput));
    if (storage::IsQuarantinedWhole(file)) quarantined.push_back({Tag(file, kTagInput), "", Tag(file, kTagQuarantinedWhole)});
    const auto furthest = ParseTime(Tag(file, kTagFurthestEvent));
    if (furthest.ok()) ahead.Add(Number(file, kTagEventsAhead), *furthest);
  }
  if (!quarantined.empty())
    findings.push_back({"Dataset/" + decoding.input.table->name,
                        NamedWhole(quarantined, "is quarantined as a whole", "are quarantined as a whole", decoding.target.table->name)});
  if (!utf8.empty()) findings.push_back(OfUtf8(*decoding.input.table, utf8));
  if (ahead.rows > 0) findings.push_back(ahead.Told(*decoding.target.table));
  for (api::Finding& finding : absent.Told(decoding.target.table->name)) findings.push_back(std::move(finding));
  return findings;
}

std::string SummaryOf(const Decoding& decoding, const Facts& facts) {
  const api::FileLedger& files = *facts.files;
  const auto decoded =
      std::count_if(decoding.change.add.begin(), decoding.change.add.end(), [](const auto& file) { return !storage::IsQuarantinedWhole(file); });
  std::string text = std::to_string(decoded) + (decoded == 1 ? " file decoded, " : " files decoded, ") + std::to_string(files.out - decoded) + " kept, " +
                     std::to_string(decoding.change.remove.size()) + " removed";
  if (decoding.recheckedOnly) text += "; " + std::to_string(facts.ledger.rowsOut) + (facts.ledger.rowsOut == 1 ? " row is" : " rows are") + " checked again";
  if (decoding.repaired > 0) text += "; " + std::to_string(decoding.repaired) + " of them were lost or damaged and made anew";
  if (files.quarantined > 0) text += ", " + std::to_string(files.quarantined) + " quarantined";
  if (files.excluded > 0) text += ", " + std::to_string(files.excluded) + " excluded: " + Named(decoding.selection.excluded);
  if (files.superseded > 0) text += ", " + std::to_string(files.superseded) + " superseded: " + Named(decoding.superseded, ", by ");
  return text + AbsentAsExpected(decoding);
}

}  // namespace weir::stages
