#include "runner/formats/json/json_blocks.h"

#include <algorithm>

#include "runner/formats/csv/csv_blocks.h"
#include "runner/formats/encoding/utf8.h"

namespace weir::formats {
namespace {

constexpr std::string_view kMark = "\xEF\xBB\xBF";

std::size_t SkipBlanks(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
  return at;
}

std::size_t LineEnd(std::string_view text, std::size_t from) { return std::min(text.find_first_of("\r\n", from), text.size()); }

bool IsEmptyArray(std::string_view array) { return SkipBlanks(array, 1) + 1 == array.size(); }

}  // namespace

std::string Explain(JsonProblem problem) {
  switch (problem) {
    case JsonProblem::None: return "";
    case JsonProblem::NotAnObject: return "not a JSON object";
    case JsonProblem::Broken: return "is not valid JSON";
    case JsonProblem::BreaksOff: return "is not valid JSON: it breaks off";
    case JsonProblem::TextAfter: return "is not valid JSON: other text follows the object on its line";
    case JsonProblem::NoComma: return "is not valid JSON: no comma separates it from the element before";
    case JsonProblem::ElementMissing: return "is not valid JSON: an element is missing between the comma and the end of the array";
    case JsonProblem::NotClosed: return "the array is not closed; the file may be cut short";
    case JsonProblem::TooDeep: return "is nested deeper than 128 levels";
    case JsonProblem::TooLong: return "is longer than 16 MB";
    case JsonProblem::NotUtf8: return "is not UTF-8";
    case JsonProblem::NoCharacter: return "has an escape that is not a character";
    case JsonProblem::Nul: return "has the character U+0000";
    case JsonProblem::NotAValue: return "is not valid JSON: a value is neither a number, a text, true, false nor null";
    case JsonProblem::DuplicateKey: return "has a key twice";
    case JsonProblem::TooManyKeys: return "has more than 100,000 keys";
  }
  return "";
}

Status JsonBlocks::Fill(std::size_t bytes) {
  while (!ended_ && text_.size() < bytes) {
    const auto got = source_.Read(buffer_.data(), buffer_.size());
    if (!got.ok()) return got.error();
    text_.append(buffer_, 0, *got);
    ended_ = *got == 0;
  }
  return CompleteLineEnd(source_, text_, ended_);
}

std::int64_t JsonBlocks::LineAt(std::size_t at) {
  line_ += CountLines(std::string_view(text_).substr(counted_, at - counted_), ends_);
  counted_ = at;
  return line_;
}

// Forgets what is behind us.
void JsonBlocks::Drop() {
  LineAt(at_);
  text_.erase(0, at_);
  at_ = counted_ = 0;
}

void JsonBlocks::AddBroken(JsonBlock& block, std::int64_t line, JsonProblem problem, std::string_view text) {
  const std::string& kept = block.broken.emplace_back(Front(WithoutSpace(text), kLongestKept));
  block.records.push_back({kept, line, problem});
}

JsonBlocks::Step JsonBlocks::Move(std::size_t bytes, Place place) {
  at_ += bytes;
  place_ = place;
  return Step::Moved;
}

// Its text is that of the block, which is not cut yet.
JsonBlocks::Step JsonBlocks::AddGood(JsonBlock& block, std::size_t bytes) {
  const std::int64_t line = LineAt(at_);
  block.records.push_back({{}, line, JsonProblem::None});
  good_.push_back({at_, bytes, line});
  at_ += bytes;
  return Step::Found;
}

void JsonBlocks::SkipSpace() {
  for (; at_ < text_.size() && IsJsonSpace(text_[at_]); ++at_) {
    const bool blank = text_[at_] == ' ' || text_[at_] == '\t';
    fresh_line_ = fresh_line_ || !blank;
    indent_ = blank ? indent_ + 1 : 0;
  }
}

JsonBlocks::Step JsonBlocks::Advance(JsonBlock& block) {
  if (resync_) return Resume(block);
  SkipSpace();
  if (at_ == text_.size()) return ended_ ? End(block) : Step::NeedMore;
  const std::size_t before = at_;
  const Step step = place_ == Place::Start ? Begin(block) : place_ == Place::Top ? Top(block) : place_ == Place::AfterElement ? AfterElement() : Element(block);
  if (at_ > before) fresh_line_ = false, indent_ = 0;
  return step;
}

// At a '[' that may be an array of records, or an array that is one line of another text.
JsonBlocks::Step JsonBlocks::Begin(JsonBlock& block) {
  if (Rest()[0] != '[') return Move(0, Place::Top);
  const std::size_t end = LineEnd(Rest(), 0);
  const std::size_t first = SkipBlanks(Rest(), 1);
  const bool holds_objects = first < end && Rest()[first] == '{';
  if (!holds_objects && end <= kLongestKept) {
    if (end == Rest().size() && !ended_) return Step::NeedMore;
    const std::string_view line = WithoutSpace(Rest().substr(0, end));
    const JsonExtent extent = ScanJsonValue(line);
    const bool whole = extent.end == JsonExtent::End::Whole && extent.bytes == line.size();
    place_ = Place::Top;
    if (whole && !IsEmptyArray(line)) return Stray(block, 0, JsonProblem::NotAnObject);
    if (whole) empty_array_ = LineAt(at_);
    if (whole) return Move(line.size(), Place::Top);
  }
  elements_ = 0;
  comma_ = true;
  array_line_ = LineAt(at_);
  return Move(1, Place::Element);
}

JsonBlocks::Step JsonBlocks::Top(JsonBlock& block) {
  if (Rest().starts_with(kMark)) return Move(kMark.size(), Place::Top);  // of a file that was appended
  if (empty_array_) {
    AddBroken(block, *empty_array_, JsonProblem::NotAnObject, "[]");
    empty_array_.reset();
    return Step::Found;
  }
  if (!objects_ && Rest()[0] == '[') return Begin(block);
  if (Rest()[0] != '{') return Stray(block, 0, JsonProblem::NotAnObject);
  const JsonExtent extent = ScanJsonValue(Rest());
  if (extent.bytes > kLongestRecord) return Lose(JsonProblem::TooLong, extent);
  switch (extent.end) {
    case JsonExtent::End::Whole: return AfterObject(block, extent.bytes);
    case JsonExtent::End::Open: return ended_ ? Lose(JsonProblem::BreaksOff, extent) : Step::NeedMore;
    case JsonExtent::End::Broken: return Lose(JsonProblem::Broken, extent);
    case JsonExtent::End::TooDeep: return Lose(JsonProblem::TooDeep, extent);
  }
  return Step::Ended;
}

JsonBlocks::Step JsonBlocks::AfterObject(JsonBlock& block, std::size_t bytes) {
  const std::size_t after = SkipBlanks(Rest(), bytes);
  if (after == Rest().size() && !ended_ && after <= kLongestRecord) return Step::NeedMore;
  objects_ = true;
  const bool alone = after == Rest().size() || Rest()[after] == '\n' || Rest()[after] == '\r' || Rest()[after] == '{';
  return alone ? AddGood(block, bytes) : Stray(block, after, JsonProblem::TextAfter);
}

// The rest of a line; its text up to `from` is known.
JsonBlocks::Step JsonBlocks::Stray(JsonBlock& block, std::size_t from, JsonProblem problem) {
  const std::size_t end = LineEnd(Rest(), from);
  if (end > kLongestRecord) return Lose(JsonProblem::TooLong, {});
  if (end == Rest().size() && !ended_) return Step::NeedMore;
  AddBroken(block, LineAt(at_), problem, Rest().substr(0, end));
  at_ += end;
  return Step::Found;
}

JsonBlocks::Step JsonBlocks::Element(JsonBlock& block) {
  const char c = Rest()[0];
  if (c == ']') {
    if (comma_ && elements_ > 0) {
      comma_ = false;
      AddBroken(block, LineAt(at_), JsonProblem::ElementMissing, "]");
      return Step::Found;
    }
    place_ = Place::Top;
    if (elements_ == 0) empty_array_ = array_line_;
    return Move(1, Place::Top);
  }
  if (c == ',') {
    ++elements_;
    AddBroken(block, LineAt(at_), JsonProblem::NotAnObject, ",");
    ++at_;
    return Step::Found;
  }
  const JsonExtent extent = ScanJsonValue(Rest());
  if (extent.bytes > kLongestRecord) return Lose(JsonProblem::TooLong, extent);
  if (extent.end == JsonExtent::End::Open) return ended_ ? Lose(JsonProblem::BreaksOff, extent) : Step::NeedMore;
  if (extent.end == JsonExtent::End::Broken) return Lose(JsonProblem::Broken, extent);
  if (extent.end == JsonExtent::End::TooDeep) return Lose(JsonProblem::TooDeep, extent);
  ++elements_;
  place_ = Place::AfterElement;
  if (comma_ && c == '{') return AddGood(block, extent.bytes);
  AddBroken(block, LineAt(at_), comma_ ? JsonProblem::NotAnObject : JsonProblem::NoComma, Rest().substr(0, extent.bytes));
  at_ += extent.bytes;
  return Step::Found;
}

JsonBlocks::Step JsonBlocks::AfterElement() {
  const char c = Rest()[0];
  comma_ = c == ',';
  return Move(comma_ ? 1 : 0, Place::Element);
}

JsonBlocks::Step JsonBlocks::End(JsonBlock& block) {
  if (place_ != Place::Element && place_ != Place::AfterElement) return Step::Ended;
  AddBroken(block, LineAt(at_), JsonProblem::NotClosed, "");
  place_ = Place::Top;
  return Step::Found;
}

JsonBlocks::Step JsonBlocks::Lose(JsonProblem problem, const JsonExtent& extent) {
  lost_ = {{}, LineAt(at_), problem};
  lost_text_.clear();
  resync_.emplace(JsonResync::Start{place_ == Place::Element, indent_, fresh_line_, ends_}, extent);
  return Step::Moved;
}

JsonBlocks::Step JsonBlocks::Resume(JsonBlock& block) {
  const auto answer = resync_->Feed(Rest(), ended_ ? More::IsAll : More::MayCome);
  if (lost_text_.size() <= kLongestKept) lost_text_ += Rest().substr(0, std::min(answer.bytes, kLongestKept));
  at_ += answer.bytes;
  if (answer.next == JsonResync::Next::Unknown) return Step::NeedMore;
  resync_.reset();
  AddBroken(block, lost_.line, lost_.problem, lost_text_);
  ++elements_;
  comma_ = true;
  fresh_line_ = answer.next == JsonResync::Next::Record;
  if (place_ != Place::Element || !fresh_line_) indent_ = 0;
  if (ended_ && at_ == text_.size())
    place_ = Place::Top;  // what the record lacks is said once
  else if (answer.next == JsonResync::Next::AfterElement)
    place_ = Place::AfterElement;
  return Step::Found;
}

void JsonBlocks::Give(JsonBlock& block) {
  LineAt(at_);
  std::string rest = text_.substr(at_);
  text_.resize(at_);
  block.text = std::exchange(text_, std::move(rest));
  block.text.append(kJsonPadding, '\0');
  at_ = counted_ = 0;
  block.number = next_block_++;
  auto good = good_.begin();
  for (JsonRecord& record : block.records)
    if (record.problem == JsonProblem::None) record.text = std::string_view(block.text).substr(good->at, good->bytes), ++good;
}

Result<bool> JsonBlocks::Next(JsonBlock& block) {
  block.records.clear();
  block.broken.clear();
  good_.clear();
  if (Status filled = Fill(next_block_ == 0 ? std::max(block_bytes_, buffer_.size()) : block_bytes_); !filled.ok()) return filled.error();
  if (next_block_ == 0 && line_ == 1 && counted_ == 0) ends_ = text_.find('\n') == std::string::npos ? LineEnds::Cr : LineEnds::Lf;
  Step step = Step::Moved;
  while (step != Step::Ended && (block.records.empty() || at_ < block_bytes_)) {
    step = Advance(block);
    if (step != Step::NeedMore) continue;
    if (!block.records.empty()) break;
    Drop();
    if (Status filled = Fill(std::max(block_bytes_, text_.size() * 2)); !filled.ok()) return filled.error();
  }
  Give(block);
  return !block.records.empty();
}

}  // namespace weir::formats
