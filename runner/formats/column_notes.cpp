#include "runner/formats/column_notes.h"

#include <algorithm>

#include "runner/formats/sql_names.h"
#include "runner/formats/value.h"

namespace weir::formats {
namespace {

using Odd = ColumnFacts::Odd;

std::string OfAll(std::int64_t count, const ColumnFacts& facts) { return Thousands(count) + " of " + Thousands(facts.Present()) + " values "; }

// " %H:%M" of " 10:00"; empty for what is no time of day.
std::string TimeFormatOf(std::string_view rest) {
  const std::size_t digits = rest.find_first_of("0123456789");
  if (digits == std::string_view::npos || digits > 2) return "";
  std::string format(rest.substr(0, digits));
  rest.remove_prefix(digits);
  for (const std::string_view part : {"%H", "%M", "%S"}) {
    const std::size_t end = std::min(rest.find_first_not_of("0123456789"), rest.size());
    if (end == 0 || end > 2) return "";
    format.append(part == "%H" ? "" : ":").append(part);
    rest.remove_prefix(end);
    if (rest.empty()) return part == "%H" ? "" : format;
    if (rest.front() != ':') return "";
    rest.remove_prefix(1);
  }
  return "";
}

std::string NumbersNote(const ColumnFacts& facts, const std::string& name, const FileNames& files) {
  const ValueSample &commas = facts.Sample(Odd::DecimalComma), &groups = facts.Sample(Odd::Grouped);
  const std::int64_t numbers = facts.LikelyType().first == "DATE" ? 0 : facts.LikelyType().second;
  const bool likely = (commas.count + groups.count + std::max<std::int64_t>(numbers, 0)) * 2 >= facts.Present();
  if (!likely || commas.count + groups.count == 0) return "";
  const std::string column = SqlQuoted(name);
  if (commas.count > 0)
    return OfAll(commas.count, facts) + "are numbers with a decimal comma, e.g. " + Shown(commas.text) + " (" + files.At(commas.place) +
           "), so they are text; make them numbers in the SQL of the View: CAST(replace(replace(" + column + ", '.', ''), ',', '.') AS DECIMAL(18,2))";
  const std::string separator = groups.text.find(',') != std::string::npos    ? ","
                                : groups.text.find('\'') != std::string::npos ? "''"
                                : groups.text.find(' ') != std::string::npos  ? " "
                                : groups.text.find('.') != std::string::npos  ? "."
                                                                              : "\xC2\xA0";
  return OfAll(groups.count, facts) + "have separators of thousands, e.g. " + Shown(groups.text) + " (" + files.At(groups.place) +
         "), so they are text; make them numbers in the SQL of the View: CAST(replace(" + column + ", '" + separator + "', '') AS DECIMAL(18,2))";
}

std::string DatesNote(const ColumnFacts& facts, const std::string& name, const FileNames& files) {
  const ValueSample& dates = facts.Sample(Odd::LocalDate);
  if (dates.count == 0 || dates.count * 2 < facts.Present()) return "";
  const auto [first, second] = facts.DateParts();
  const std::size_t at = dates.text.find_first_not_of("0123456789");
  const std::string separator(1, dates.text[at]);
  const std::size_t year = dates.text.find(separator, at + 1) + 1;
  const std::size_t end = std::min(dates.text.find_first_not_of("0123456789", year), dates.text.size());
  const std::string order = first > 12 && second > 12 ? "some with the day first and some with the month first"
                            : first > 12              ? "the day first"
                            : second > 12             ? "the month first"
                                                      : "which number is the day does not show";
  std::string format = (second > 12 ? "%m" + separator + "%d" : "%d" + separator + "%m") + separator + (end - year == 4 ? "%Y" : "%y");
  const std::string time = TimeFormatOf(std::string_view(dates.text).substr(end));
  std::string text = SqlQuoted(name);
  if (end < dates.text.size() && time.empty()) text = "regexp_extract(" + text + ", '^[0-9]+[./-][0-9]+[./-][0-9]+')";
  return OfAll(dates.count, facts) + "are dates as " + Shown(dates.text) + " (" + files.At(dates.place) + "), " + order + ", so they are text; make them " +
         (time.empty() ? "dates" : "times") + " in the SQL of the View: CAST(strptime(" + text + ", '" + format + time + "') AS " +
         (time.empty() ? "DATE" : "TIMESTAMP") + ")";
}

std::string MixedNote(const ColumnFacts& facts, const FileNames& files) {
  const auto [type, count] = facts.LikelyType();
  const ValueSample& other = facts.Sample(Odd::Other);
  if (count == 0) return "";
  std::string note = OfAll(count, facts) + "are " + type + ", too few to declare it, so the column is text";
  if (other.count > 0) note += "; not " + type + " is e.g. " + Shown(other.text) + " (" + files.At(other.place) + ")";
  return note + ". If it is a mistake in the file, declare type: " + type + " in the Dataset and the View: rows that do not fit are then quarantined";
}

}  // namespace

std::string Thousands(std::int64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

std::string FileNames::At(ValuePlace place) const {
  const std::string line = "line " + std::to_string(place.line);
  return names_.size() < 2 || place.file >= names_.size() ? line : line + " of " + names_[place.file];
}

std::string TypeNote(const ColumnFacts& facts, const std::string& name, const FileNames& files) {
  if (facts.Present() == 0) return "no value in the file; text until you know better";
  const std::string type = facts.Type();
  if (facts.HasDigitsBeyondDouble() && type == "DOUBLE") return "some values have more digits than a DOUBLE keeps; declare DECIMAL(p,s) to keep them";
  if (type != "VARCHAR") return "";
  if (const ValueSample& padded = facts.Sample(Odd::Padded); facts.HasPadded())
    return "some values begin with 0 or +, so they are text: " + OfAll(padded.count, facts) + "do, e.g. " + Shown(padded.text) + " (" + files.At(padded.place) +
           "). If they are numbers, declare type: BIGINT in the Dataset and the View";
  for (const std::string& note : {NumbersNote(facts, name, files), DatesNote(facts, name, files)})
    if (!note.empty()) return note;
  return MixedNote(facts, files);
}

}  // namespace weir::formats
