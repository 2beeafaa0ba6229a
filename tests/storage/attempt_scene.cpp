#include "tests/storage/attempt_scene.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace weir::storage {
namespace {

TableLog LogOf(const std::shared_ptr<ObjectStore>& store) { return {store, "t", LogKind::Delta, &kFixedClock}; }

std::string ContentOf(int attempt, std::size_t bytes) {
  std::string rows;
  for (int i = 0; i < kNewRows; ++i) rows += "attempt " + std::to_string(attempt) + " row " + std::to_string(i) + "\n";
  std::string content = rows;
  while (content.size() < bytes) content += rows;
  return content;
}

std::string PathOf(int attempt) { return "part/run/load-" + std::to_string(attempt) + "/0.parquet"; }

Status WriteData(ObjectStore& store, int attempt, const std::string& content) {
  auto writer = store.Create("t/" + PathOf(attempt));
  if (!writer) return writer.error();
  const std::size_t piece = std::max<std::size_t>(8000, content.size() / 4);
  for (std::size_t at = 0; at < content.size(); at += piece) {
    if (Status wrote = (*writer)->Write(std::string_view(content).substr(at, piece)); !wrote) return wrote;
  }
  return (*writer)->Close();
}

// Each file that the version names is there, as long as the version says, and by one attempt from front to end.
void ExpectWhole(ObjectStore& store, const TableState& state) {
  for (const auto& [path, file] : state.files) {
    const auto content = store.Get("t/" + path);
    ASSERT_TRUE(content.ok()) << content.error().message;
    EXPECT_EQ(static_cast<std::int64_t>(content->size()), file.bytes);
    for (int attempt = 1; attempt <= 3; ++attempt) {
      EXPECT_TRUE(path != PathOf(attempt) || *content == ContentOf(attempt, content->size())) << path;
    }
  }
}

int CommitsOfTheRun(ObjectStore& store, std::int64_t newest) {
  int commits = 0;
  for (std::int64_t version = 0; version <= newest; ++version) {
    const auto entry = store.Get(EntryName(version));
    EXPECT_TRUE(entry.ok());
    if (entry && entry->find("\"appId\":\"weirkeeper/uid-run/load\"") != std::string::npos) ++commits;
  }
  return commits;
}

}  // namespace

void PutOldVersion(const std::shared_ptr<ObjectStore>& store) {
  ASSERT_TRUE(store->PutIfAbsent("t/old", std::string(10 * kOldRows, 'o')).ok());
  ASSERT_TRUE(LogOf(store).Commit(AttemptOf("before", 1, 500'000), Adding("old", kOldRows)).ok());
}

Status RunAttempt(const std::shared_ptr<ObjectStore>& store, int attempt, std::size_t bytes) {
  TableLog log = LogOf(store);
  const api::Attempt committer = AttemptOf("run", attempt);
  const auto found = log.FindCommitted(committer);
  if (!found) return found.error();
  if (found->has_value()) return Ok();
  if (Status claimed = log.Claim(committer, OneColumn()); !claimed) return claimed;
  const std::string content = ContentOf(attempt, bytes);
  if (Status wrote = WriteData(*store, attempt, content); !wrote) return wrote;
  DataFile file = FileOf(PathOf(attempt), kNewRows);
  file.bytes = static_cast<std::int64_t>(content.size());
  TableChange change{.schema = OneColumn(), .add = {file}, .facts = {{"attempt", attempt}}};
  const auto before = log.Load();
  if (!before) return before.error();
  for (const auto& [old, unused] : before->files) change.remove.push_back(old);
  const auto result = log.Commit(committer, change);
  return result ? Ok() : Status(result.error());
}

void ExpectOldOrNew(const std::shared_ptr<ObjectStore>& store, Before before) {
  const auto seen = LogOf(store).Load();
  ASSERT_TRUE(seen.ok()) << seen.error().message;
  const std::int64_t old_rows = before == Before::OldVersion ? kOldRows : 0;
  EXPECT_TRUE(seen->Rows() == old_rows || seen->Rows() == kNewRows) << seen->Rows();
  EXPECT_LE(seen->files.size(), 1u);
  ExpectWhole(*store, *seen);
  const auto objects = store->List("");
  ASSERT_TRUE(objects.ok());
  for (const StoredObject& object : *objects) EXPECT_THAT(object.path, testing::Not(testing::HasSubstr(".weir-tmp-")));
}

void ExpectRetryConverges(const std::shared_ptr<ObjectStore>& store, int troubled_attempt, std::size_t bytes) {
  const Status retried = RunAttempt(store, troubled_attempt + 1, bytes);
  ASSERT_TRUE(retried.ok()) << retried.error().message;
  const auto end = LogOf(store).Load();
  ASSERT_TRUE(end.ok()) << end.error().message;
  EXPECT_EQ(end->files.size(), 1u);
  EXPECT_EQ(end->Rows(), kNewRows);
  ExpectWhole(*store, *end);
  EXPECT_EQ(CommitsOfTheRun(*store, end->version), 1);
  // The one that was thought dead comes back.
  const auto ghost = LogOf(store).Commit(AttemptOf("run", troubled_attempt), Adding("ghost"));
  EXPECT_TRUE(!ghost.ok() || ghost->alreadyCommitted);
  EXPECT_EQ(LogOf(store).Load()->version, end->version);
}

}  // namespace weir::storage
