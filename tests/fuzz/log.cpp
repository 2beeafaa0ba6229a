// Entries of a table's log, by any writer, and the table that they make.
#include "runner/storage/table/delta_actions.h"
#include "runner/storage/table/table_state.h"
#include "tests/fuzz/invariant.h"

using namespace weir;
using namespace weir::storage;

namespace {

// A store of log entries in memory.
class Entries final : public ObjectStore {
 public:
  explicit Entries(std::vector<std::string> texts) : texts_(std::move(texts)) {}
  std::string Describe() const override { return "memory"; }
  std::string Location(const std::string& path) const override { return "memory:" + path; }
  Result<std::unique_ptr<ObjectReader>> Open(const std::string& path) override { return Gone(path); }
  Result<std::string> Get(const std::string& path, std::int64_t) override {
    const auto number = static_cast<std::size_t>(std::atoll(path.substr(path.rfind('/') + 1).c_str()));
    return number < texts_.size() ? Result<std::string>(texts_[number]) : Gone(path);
  }
  Status PutIfAbsent(const std::string& path, std::string_view) override { return Gone(path); }
  Result<std::unique_ptr<ObjectWriter>> Create(const std::string& path) override { return Gone(path); }
  Result<std::vector<StoredObject>> List(const std::string& prefix, const std::string&) override {
    std::vector<StoredObject> objects;
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      char name[32];
      std::snprintf(name, sizeof name, "/%020zu.json", i);
      objects.push_back({prefix + name, static_cast<std::int64_t>(texts_[i].size()), {}});
    }
    return objects;
  }
  Result<StoredObject> Stat(const std::string& path) override { return Gone(path); }
  Status Remove(const std::string& path) override { return Gone(path); }

 private:
  static Error Gone(const std::string& path) { return {Fault::Missing, "NotFound", path}; }
  std::vector<std::string> texts_;
};

std::vector<std::string> Parts(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = text.find('\n' + std::string("\n"));
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
  }
  return parts;
}

// What was read of an entry is written, and read again, as the same.
void CheckRoundTrip(const std::string& text) {
  const auto entry = DecodeEntry(text);
  if (!entry) {
    fuzz::RequireReadable(entry.error().message);
    fuzz::Require(entry.error().fault == Fault::Data, "an entry that cannot be read is a fault of the data");
    return;
  }
  const auto again = DecodeEntry(EncodeEntry(*entry, LogKind::Files));
  fuzz::Require(again.ok(), "an entry that was written can be read");
  fuzz::Require(again->transactions == entry->transactions && again->metadata.has_value() == entry->metadata.has_value(), "transactions and metadata are kept");
  fuzz::Require(again->add.size() == entry->add.size() && again->remove.size() == entry->remove.size(), "files are kept");
  for (std::size_t i = 0; i < entry->add.size(); ++i) {
    const DataFile &was = entry->add[i], &is = again->add[i];
    fuzz::Require(was.path == is.path && was.bytes == is.bytes && was.rows == is.rows && was.tags == is.tags, "a file is kept");
  }
}

void CheckTable(const std::vector<std::string>& texts) {
  TableLog log(std::make_shared<Entries>(texts), "table", LogKind::Delta);
  const auto state = log.Load();
  if (!state) return fuzz::RequireReadable(state.error().message);
  fuzz::Require(state->version == static_cast<std::int64_t>(texts.size()) - 1, "every entry counts");
  const Totals totals = TotalsOf(*state);
  fuzz::Require(totals.files == static_cast<std::int64_t>(state->files.size()), "every file counts");
  fuzz::Require(totals.bytes == state->Bytes() && totals.rows == state->Rows() && totals.bytes >= 0 && totals.rows >= 0, "a table's sums are its files'");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parts = Parts(fuzz::Text(data, size));
  const fuzz::PeakMemory memory;
  for (const std::string& part : parts) CheckRoundTrip(part);
  CheckTable(parts);
  fuzz::Require(memory.Bytes() <= (64 << 10) + 1000 * size, "memory is linear in the log");
  return 0;
}
