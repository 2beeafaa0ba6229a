#include "runner/formats/columns/column_notes.h"

#include <algorithm>

#include "crds/base/count.h"
#include "runner/formats/columns/sql_names.h"
#include "runner/formats/values/value.h"

namespace weir::formats {
namespace {

using Odd = ColumnFacts::Odd;

std::string OfAll(std::int64_t count, const ColumnFacts& facts) { return Grouped(count) + " of " + Grouped(facts.Present()) + " values "; }

// Whether SQL that converts the column meets other values too. Words for missing values are texts in a column of texts.
bool HasOthers(const ColumnFacts& facts, std::int64_t count) { return count < facts.Present() || !facts.NullWords().empty(); }

std::string Advice(const std::string& sql, bool others) { return "in the SQL of the View: " + sql + (others ? ", which is NULL for other values" : ""); }

std::string NumbersNote(const ColumnFacts& facts, const std::string& name, const FileNames& files) {
  const ValueSample& written = facts.Sample(Odd::Number);
  const std::int64_t all = written.count + facts.Numbers();
  if (written.count == 0 || all * 2 < facts.Present()) return "";
  const WrittenNumbers& numbers = facts.Written();
  const std::string note = OfAll(written.count, facts) + "are numbers with " + numbers.Features() + ", e.g. " + Shown(written.text) + " (" +
                           files.At(written.place) + "), so they are text; ";
  if (numbers.IsMixed()) return note + "which sign is the decimal one does not show, so no SQL can tell: correct them at the source";
  const bool others = HasOthers(facts, all);
  return note + "make them numbers " + Advice(numbers.Sql(SqlQuoted(name), others, facts.HasBlanksAround()), others) + numbers.Doubts();
}

std::string DatesNote(const ColumnFacts& facts, const std::string& name, const FileNames& files) {
  const ValueSample& written = facts.Sample(Odd::Date);
  if (written.count == 0 || written.count * 2 < facts.Present()) return "";
  const WrittenDates& dates = facts.Dates();
  const bool others = HasOthers(facts, written.count);
  const std::string order = dates.Order();
  const std::string sql = dates.Sql(facts.HasBlanksAround() ? "trim(" + SqlQuoted(name) + ")" : SqlQuoted(name), others);
  const std::string note = OfAll(written.count, facts) + "are dates as " + Shown(written.text) + " (" + files.At(written.place) + ")" +
                           (order.empty() ? "" : ", " + order) + ", so they are text; ";
  if (sql.empty()) return note + "they have several forms or words that no SQL function reads: write them as 2024-12-31 at the source";
  return note + "make them " + (dates.HaveTimes() ? "times " : "dates ") + Advice(sql, others) + dates.Doubts();
}

// Digits that a number would lose make names of all of them.
std::string PaddedNote(const ColumnFacts& facts, const FileNames& files) {
  const ValueSample& padded = facts.Sample(Odd::Padded);
  const bool alone = facts.HasPadded();
  const auto [type, count, others] = facts.Likely();
  if (padded.count == 0 || (!alone && (count == 0 || count > facts.Numbers() || facts.Sample(Odd::Number).count > 0))) return "";
  return "some values begin with 0 or +, so they are text: " + OfAll(padded.count, facts) + "do, e.g. " + Shown(padded.text) + " (" + files.At(padded.place) +
         ")" +
         (alone && count > 0 ? ". If they are numbers, declare type: " + type + " in the Dataset and the View"
                             : ", as postcodes and phone numbers do; a number would lose that");
}

// Numbers that no type can hold without losing digits.
std::string DigitsNote(const ColumnFacts& facts, const std::string& name, const FileNames& files) {
  const ValueSample& rounded = facts.Rounded();
  if (rounded.count == 0 || facts.Numbers() * 2 < facts.Present() || facts.Likely().count > 0) return "";
  const bool others = HasOthers(facts, facts.Numbers());
  return OfAll(facts.Numbers(), facts) + "are numbers, and no DECIMAL has every digit of all of them; a DOUBLE would change " + Grouped(rounded.count) +
         ", e.g. " + Shown(rounded.text) + " (" + files.At(rounded.place) + "), so they are text; if they may be rounded, make them numbers " +
         Advice((others ? "TRY_CAST(" : "CAST(") + SqlQuoted(name) + " AS DOUBLE)", others);
}

std::string MixedNote(const ColumnFacts& facts, const FileNames& files) {
  const auto [type, count, other] = facts.Likely();
  if (count == 0) return "";
  std::string note =
      OfAll(count, facts) + "are " + type +
      (type == "BOOLEAN" && count * 10 >= facts.Present() * 9 ? ", but fewer than half are true or false, and the others may be names, so the column is text"
                                                              : ", too few to declare it, so the column is text");
  if (other.count > 0) note += "; not " + type + " is e.g. " + Shown(other.text) + " (" + files.At(other.place) + ")";
  return note + ". If it is a mistake in the file, declare type: " + type + " in the Dataset and the View: rows that do not fit are then quarantined";
}

}  // namespace

std::string FileNames::At(ValuePlace place) const {
  const std::string line = "line " + std::to_string(place.line);
  return names_.size() < 2 || place.file >= names_.size() ? line : line + " of " + names_[place.file];
}

std::string TypeNote(const ColumnFacts& facts, const std::string& name, const FileNames& files) {
  if (facts.Present() == 0) return "no value in the file; text until you know better";
  const std::string type = facts.Type();
  if (type != "VARCHAR") return "";
  for (const std::string& note : {PaddedNote(facts, files), NumbersNote(facts, name, files), DatesNote(facts, name, files), DigitsNote(facts, name, files)})
    if (!note.empty()) return note;
  return MixedNote(facts, files);
}

}  // namespace weir::formats
