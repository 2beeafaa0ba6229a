#include "cli/report/quarantine_report.h"

#include <algorithm>

#include "cli/screen/text_table.h"

namespace weir::cli {
namespace {

constexpr std::size_t kShownText = 120;
constexpr std::size_t kShownFiles = 3;

Json RowJson(const Json& of, const engine::RejectedRow& row) {
  Json json = of;
  json.erase("committed");
  json.update({{"file", row.file}, {"line", row.line}, {"column", row.column}, {"reason", row.reason}, {"text", row.text}});
  return json;
}

// Rows that a query quarantined have none, nor has CSV whose records cannot be told apart.
std::string Line(const Json& row) { return Integer(row, "line") > 0 ? std::to_string(Integer(row, "line")) : ""; }

void PrintRows(const Terminal& terminal, const Json& rows) {
  if (rows.empty()) return;
  const char* of = rows.front().contains("stage") ? "stage" : "object";
  TextTable table{{of == std::string("stage") ? "STAGE" : "OBJECT", "FILE", "LINE", "COLUMN", "REASON", "TEXT"}, {}, {false, false, true}};
  const std::string folder = PrintFolder(terminal, rows, "file");
  for (const Json& row : rows)
    table.rows.push_back({Text(row, of), Text(row, "file").substr(folder.size()), Line(row), Text(row, "column"), Text(row, "reason"),
                          Clip(OneLine(Text(row, "text")), kShownText)});
  Print(terminal, table);
}

// The option is a limit of each stage or table. `figure` is the member of each part that has its number.
void PrintRest(const Terminal& terminal, const Json& parts, const char* figure, const Json& listed, const char* one_more) {
  std::int64_t total = 0, most = 0, unnamed = 0;
  for (const Json& part : parts) {
    const std::int64_t named = Integer(part, figure) - Integer(part, "unnamed");
    total += named, unnamed += Integer(part, "unnamed");
    most = std::max(most, named);
  }
  const auto shown = static_cast<std::int64_t>(listed.size());
  if (unnamed > 0) terminal.out << "and " << Counted(unnamed, one_more) << ", of which the log has the number only\n";
  if (total > shown) terminal.out << Counted(total - shown, one_more) << ": weir explain with --rows " << most << " shows all " << Grouped(total) << "\n";
}

void PrintFiles(const Terminal& terminal, const Json& parts) {
  for (const Json& part : parts) {
    const std::string name = part.contains("stage") ? "stage " + Text(part, "stage") : Text(part, "object");
    const Json& locations = At(part, "locations");
    terminal.out << OneLine(name) << ": " << Counted(Integer(part, "rows"), "row")
                 << (At(part, "committed") == Json(false) ? " of the failed attempt, which committed nothing" : "") << ", kept in";
    for (std::size_t i = 0; i < locations.size() && i < kShownFiles; ++i)
      terminal.out << (i == 0 ? " " : ", ") << OneLine(AsUrl(locations[i].get<std::string>()));
    if (locations.size() > kShownFiles)
      terminal.out << " and " << Counted(static_cast<std::int64_t>(locations.size() - kShownFiles), "more file") << " (-o json)";
    terminal.out << "\n";
  }
}

void PrintWhole(const Terminal& terminal, const Json& report) {
  const Json& files = At(report, "quarantinedWhole");
  const Json& totals = At(report, "quarantinedWholeTotals");
  if (totals.empty()) return;
  terminal.out << "\n" << terminal.OnOut(Paint::Bold, "Files quarantined as a whole") << "\n";
  if (!files.empty()) {
    const bool of_run = files.front().contains("stage");
    TextTable table{{of_run ? "STAGE" : "OBJECT", "FILE", "REASON"}, {}, {}, {false, true, false}};
    const std::string folder = PrintFolder(terminal, files, "file");
    for (const Json& file : files)
      table.rows.push_back({Text(file, of_run ? "stage" : "object"), Text(file, "file").substr(folder.size()), Text(file, "reason")});
    Print(terminal, table);
  }
  PrintRest(terminal, totals, "files", files, "more file");
}

}  // namespace

Json NoQuarantine() {
  Json none = Json::object();
  for (const char* list : {"quarantined", "quarantineFiles", "quarantinedWhole", "quarantinedWholeTotals", "quarantineCut"}) none[list] = Json::array();
  return none;
}

void AddQuarantinedWhole(Json& report, const Json& of, const WholeFiles& files, std::size_t limit) {
  if (files.named.empty()) return;
  for (std::size_t i = 0; i < files.named.size() && i < limit; ++i) {
    Json json = of;
    json.update({{"file", files.named[i].path}, {"reason", files.named[i].reason}});
    report["quarantinedWhole"].push_back(std::move(json));
  }
  Json part = of;
  part["files"] = static_cast<std::int64_t>(files.named.size()) + files.more;
  if (files.more > 0) part["unnamed"] = files.more;
  report["quarantinedWholeTotals"].push_back(std::move(part));
}

void AddQuarantined(Json& report, const Json& of, const Result<QuarantinedRows>& found) {
  if (!found) {
    report["quarantineUnreadable"] = found.error().message;
    return;
  }
  for (const std::string& cut : found->cut) report["quarantineCut"].push_back(cut);
  for (const engine::RejectedRow& row : found->rows) report["quarantined"].push_back(RowJson(of, row));
  Json part = of;
  part.update({{"rows", found->total}, {"locations", found->locations}});
  report["quarantineFiles"].push_back(std::move(part));
}

void PrintQuarantined(const Terminal& terminal, const Json& report) {
  if (const std::string problem = Text(report, "quarantineUnreadable"); !problem.empty())
    terminal.out << "\nWhat is quarantined cannot be read from here: " << Printable(problem) << "\n";
  for (const Json& cut : At(report, "quarantineCut")) terminal.out << "\n" << Printable(cut.get<std::string>()) << "; restore it from a backup to see all\n";
  PrintWhole(terminal, report);
  if (At(report, "quarantineFiles").empty()) return;
  terminal.out << "\n" << terminal.OnOut(Paint::Bold, "Quarantined rows") << "\n";
  PrintRows(terminal, At(report, "quarantined"));
  PrintRest(terminal, At(report, "quarantineFiles"), "rows", At(report, "quarantined"), "more row");
  PrintFiles(terminal, At(report, "quarantineFiles"));
}

std::string PrintFolder(const Terminal& terminal, const Json& items, const char* member) {
  std::vector<std::string> paths;
  for (const Json& item : items) paths.push_back(Text(item, member));
  const std::string folder = SharedFolder(paths);
  if (!folder.empty()) terminal.out << "in " << OneLine(folder) << "\n";
  return folder;
}

}  // namespace weir::cli
