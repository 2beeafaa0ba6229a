// Random histories of several attempts at one table, on lanes: they race, are killed or thought dead and come back, replies get
// lost, clocks jump. What decision 010 promises holds in each.
#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <random>
#include <set>

#include "runner/storage/forwarding_store.h"
#include "runner/storage/table/checkpoint.h"
#include "runner/storage/table/delta_actions.h"
#include "runner/storage/table/file_tags.h"
#include "runner/storage/table/table_state.h"
#include "tests/storage/memory_checkpoints.h"
#include "tests/storage/memory_store.h"
#include "tests/storage/table/table_fixture.h"

namespace weir::storage {
namespace {

struct Killed {};
enum class Luck { Good, KilledBefore, KilledAfter, RequestLost, ReplyLost };
enum class Write { Append, Replace };

class JumpingClock final : public Clock {
 public:
  Time Now() const override { return now; }
  Time now = kFixedClock.Now();
};

// Asks before each entry of a log is put what happens at that moment.
class UnluckyStore final : public ForwardingStore {
 public:
  UnluckyStore(std::shared_ptr<ObjectStore> inner, std::function<Luck()> ask) : ForwardingStore(std::move(inner)), ask_(std::move(ask)) {}
  Status PutIfAbsent(const std::string& path, std::string_view bytes) override {
    if (!path.ends_with(".json")) return ForwardingStore::PutIfAbsent(path, bytes);
    const Luck luck = ask_();
    if (luck == Luck::KilledBefore) throw Killed{};
    const Status put = luck == Luck::RequestLost ? Ok() : ForwardingStore::PutIfAbsent(path, bytes);
    if (luck == Luck::KilledAfter) throw Killed{};
    if (luck == Luck::RequestLost || luck == Luck::ReplyLost) return Error{Fault::Transient, "OutcomeUnknown", "the reply was lost"};
    return put;
  }

 private:
  const std::function<Luck()> ask_;
};

struct Run {
  int number = 0;
  int attempts = 0;
  std::string lane;
  Write write = Write::Append;
  std::optional<std::int64_t> reported;  // version that an attempt says it committed
};

struct Try {
  Run* run = nullptr;
  api::Attempt attempt;
  std::unique_ptr<TableLog> log;
  TableChange change;
  int step = 0;
  bool busy = false, over = false;
};

// An entry of the log as it is read without any state.
struct Entry {
  std::string lane, run;
  std::int64_t epoch = 0;
  bool isCommit = false;
  std::vector<std::string> add, remove;
};

bool Conflict(const std::string& lane, const std::string& other) { return lane == other || lane.empty() || other.empty(); }

class History {
 public:
  History(unsigned seed, std::vector<std::string> lanes) : random_(seed), lanes_(std::move(lanes)) {
    for (int tick = 0; tick < 260; ++tick) Tick();
  }

  const std::vector<std::string>& Notes() const { return notes_; }
  void Check() {
    ReadLog();
    CheckOrder();
    CheckOnce();
    CheckFiles();
    CheckFenced();
    CheckCheckpoints();
  }

 private:
  unsigned Below(unsigned n) { return static_cast<unsigned>(random_() % n); }

  void Tick() {
    clock_.now = kFixedClock.Now() + Duration::Hours(static_cast<std::int64_t>(Below(2000)));
    const unsigned what = Below(10);
    if (what < 2 && runs_.size() < 25) {
      runs_.push_back(std::make_unique<Run>(Run{.number = static_cast<int>(runs_.size()) + 1, .lane = lanes_[Below(static_cast<unsigned>(lanes_.size()))]}));
      runs_.back()->write = Below(2) == 0 ? Write::Append : Write::Replace;
      Begin(*runs_.back());
    } else if (what == 2 && !runs_.empty()) {
      Run& run = *runs_[Below(static_cast<unsigned>(runs_.size()))];
      if (!run.reported && run.attempts < 5) Begin(run);
    } else {
      StepAny();
    }
  }

  void Begin(Run& run) {
    const std::string name = "r" + std::to_string(run.number);
    auto next = std::make_unique<Try>();
    next->run = &run;
    next->attempt = AttemptOf(name, ++run.attempts, 100'000 * run.number);
    next->attempt.lane = run.lane;
    const bool with_checkpoints = Below(4) != 0;
    auto store = std::make_shared<UnluckyStore>(store_, [this] { return Interrupt(); });
    next->log = std::make_unique<TableLog>(store, "t", LogKind::Delta, &clock_, with_checkpoints ? &checkpoints_ : nullptr);
    tries_.push_back(std::move(next));
  }

  Luck Interrupt() {
    if (depth_ < 3 && Below(3) == 0) {
      ++depth_;
      StepAny();
      --depth_;
    }
    const unsigned luck = Below(16);
    return luck < 4 ? static_cast<Luck>(luck + 1) : Luck::Good;
  }

  void StepAny() {
    std::vector<Try*> ready;
    for (const auto& t : tries_)
      if (!t->busy && !t->over) ready.push_back(t.get());
    if (ready.empty()) return;
    Try& chosen = *ready[Below(static_cast<unsigned>(ready.size()))];
    chosen.busy = true;
    try {
      Step(chosen);
    } catch (const Killed&) {
      chosen.over = true;
      Note(chosen, "killed");
    }
    chosen.busy = false;
  }

  void Step(Try& t) {
    if (t.step == 0) {
      const auto found = t.log->FindCommitted(t.attempt);
      ASSERT_TRUE(found.ok()) << found.error().message;
      if (*found) return Report(t, **found);
    } else if (t.step == 1) {
      if (const Status claimed = t.log->Claim(t.attempt, OneColumn()); !claimed) return Fail(t, claimed.error());
    } else if (t.step == 2) {
      const auto state = t.log->Load();
      ASSERT_TRUE(state.ok()) << state.error().message;
      t.change = ChangeOf(t, *state);
    } else {
      const auto committed = t.log->Commit(t.attempt, t.change);
      return committed ? Report(t, *committed) : Fail(t, committed.error());
    }
    Note(t, "step " + std::to_string(t.step++));
  }

  TableChange ChangeOf(const Try& t, const TableState& state) {
    TableChange change = Adding(t.attempt.run + "-" + std::to_string(t.attempt.attempt), 1 + Below(5));
    if (t.run->write == Write::Append) return change;
    change.rows = change.add.front().rows;
    for (const auto& [path, file] : state.files)
      if (t.run->lane.empty() || Tag(file, kTagLane) == t.run->lane) change.remove.push_back(path);
    return change;
  }

  void Report(Try& t, const CommitResult& result) {
    t.over = true;
    EXPECT_EQ(t.run->reported.value_or(result.version), result.version);
    t.run->reported = result.version;
    Note(t, (result.alreadyCommitted ? "recalled " : "committed ") + std::to_string(result.version));
  }

  void Fail(Try& t, const Error& error) {
    t.over = true;
    if (error.fault == Fault::Fenced) fenced_.push_back(t.attempt);
    EXPECT_THAT(error.reason, testing::AnyOf("Fenced", "CommitConflict", "LedgerOpen", "OutcomeUnknown", "StoreUnavailable")) << error.message;
    Note(t, error.reason);
  }

  void Note(const Try& t, const std::string& what) { notes_.push_back(t.attempt.run + "." + std::to_string(t.attempt.attempt) + " " + what); }

  void ReadLog() {
    for (;;) {
      const auto text = store_->Get(EntryName(static_cast<std::int64_t>(entries_.size())), 1 << 20);
      if (!text) return;
      const auto decoded = DecodeEntry(*text);
      ASSERT_TRUE(decoded.ok()) << decoded.error().message;
      Entry entry{.run = Text(At(decoded->commitInfo, kOurs), "run"), .isCommit = Text(decoded->commitInfo, "operation") != kClaimOperation};
      for (const auto& [app, number] : decoded->transactions)
        if (app.starts_with(api::kFence)) entry.epoch = number, entry.lane = app == api::kFence ? "" : app.substr(api::kFence.size() + 1);
      for (const DataFile& file : decoded->add) entry.add.push_back(file.path);
      for (const DataFile& file : decoded->remove) entry.remove.push_back(file.path);
      entries_.push_back(std::move(entry));
    }
  }

  void CheckOrder() const {
    for (std::size_t later = 0; later < entries_.size(); ++later)
      for (std::size_t i = 0; i < later; ++i)
        if (Conflict(entries_[i].lane, entries_[later].lane)) {
          EXPECT_LE(entries_[i].epoch, entries_[later].epoch) << "versions " << i << " and " << later;
        }
  }

  void CheckOnce() const {
    for (const auto& run : runs_) {
      std::vector<std::int64_t> commits;
      for (std::size_t version = 0; version < entries_.size(); ++version)
        if (entries_[version].isCommit && entries_[version].run == "r" + std::to_string(run->number)) commits.push_back(static_cast<std::int64_t>(version));
      EXPECT_LE(commits.size(), 1U);
      if (run->reported) {
        EXPECT_THAT(commits, testing::ElementsAre(*run->reported));
      }
    }
  }

  void CheckFiles() {
    std::map<std::string, std::string> lane_of;
    for (const Entry& entry : entries_) {
      for (const std::string& path : entry.remove) {
        EXPECT_TRUE(entry.lane.empty() || lane_of.at(path) == entry.lane) << path;
        lane_of.erase(path);
      }
      for (const std::string& path : entry.add) lane_of[path] = entry.lane;
      if (!entry.isCommit || runs_[static_cast<std::size_t>(std::stoi(entry.run.substr(1))) - 1]->write == Write::Append) continue;
      std::vector<std::string> left;
      for (const auto& [path, lane] : lane_of)
        if (entry.lane.empty() || lane == entry.lane) left.push_back(path);
      EXPECT_EQ(left, entry.add) << "a replacement leaves nothing else on its lane";
    }
    std::set<std::string> expected, found;
    for (const auto& [path, lane] : lane_of) expected.insert(path);
    const auto state = TableLog(store_, "t", LogKind::Delta, &clock_).Load();
    ASSERT_TRUE(state.ok()) << state.error().message;
    for (const auto& [path, file] : state->files) found.insert(path);
    EXPECT_EQ(found, expected);
  }

  // Nobody is refused without a newer attempt in the way.
  void CheckFenced() const {
    for (const api::Attempt& attempt : fenced_)
      EXPECT_TRUE(
          std::any_of(entries_.begin(), entries_.end(), [&attempt](const Entry& e) { return Conflict(e.lane, attempt.lane) && e.epoch > attempt.epoch; }))
          << attempt.run << " on lane " << attempt.lane;
  }

  void CheckCheckpoints() {
    const auto replayed = TableLog(store_, "t", LogKind::Delta, &clock_).Load();
    const auto shortened = TableLog(store_, "t", LogKind::Delta, &clock_, &checkpoints_).Load();
    ASSERT_TRUE(replayed.ok() && shortened.ok());
    EXPECT_EQ(shortened->files, replayed->files);
    for (const std::string lane : {"", "a", "b", "c", "never"}) EXPECT_EQ(shortened->Epoch(lane), replayed->Epoch(lane)) << lane;
  }

  std::mt19937 random_;
  const std::vector<std::string> lanes_;
  const std::shared_ptr<ObjectStore> store_ = std::make_shared<MemoryStore>();
  MemoryCheckpoints checkpoints_;
  JumpingClock clock_;
  std::vector<std::unique_ptr<Run>> runs_;
  std::vector<std::unique_ptr<Try>> tries_;
  std::vector<api::Attempt> fenced_;
  std::vector<std::string> notes_;
  std::vector<Entry> entries_;
  int depth_ = 0;
};

TEST(LaneLaws, HoldInEachHistory) {
  for (unsigned seed = 0; seed < 120; ++seed) {
    SCOPED_TRACE(seed);
    History(seed, {"", "a", "b", "c"}).Check();
    ASSERT_FALSE(testing::Test::HasFailure());
  }
}

TEST(LaneLaws, HoldWithoutCommitsOfTheWholeTable) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    History(seed, {"a", "b", "c"}).Check();
    ASSERT_FALSE(testing::Test::HasFailure());
  }
}

TEST(LaneLaws, OneLaneIsAsTheWholeTable) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    History whole(seed, {""}), lane(seed, {"a"});
    whole.Check();
    lane.Check();
    ASSERT_EQ(whole.Notes(), lane.Notes());
    ASSERT_FALSE(testing::Test::HasFailure());
  }
}

}  // namespace
}  // namespace weir::storage
