#include "cli/run/leftovers.h"

#include <filesystem>
#include <vector>

#include "cli/lake/world.h"
#include "runner/engine/parquet/checkpoint_file.h"
#include "runner/storage/object_store.h"
#include "runner/storage/paths.h"
#include "runner/storage/table/table_log.h"

namespace weir::cli {
namespace {

namespace fs = std::filesystem;

constexpr Duration kYoung = Duration::Hours(24);

struct Found {
  std::vector<fs::path> unfinished;
  std::vector<fs::path> tables;  // folders with a log and with data files
};

Found Look(const std::string& lake) {
  Found found;
  std::error_code error, ignored;
  for (fs::recursive_directory_iterator at(lake, fs::directory_options::skip_permission_denied, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.starts_with(storage::kTemporaryPrefix) && at->is_regular_file(ignored)) found.unfinished.push_back(at->path());
    if (name == "_delta_log" && fs::is_directory(at->path().parent_path() / "part", ignored)) found.tables.push_back(at->path().parent_path());
  }
  return found;
}

// Files that are younger may be those of a runner elsewhere that commits in a moment: a lake may be a folder that others use too.
void RemoveUncommitted(const std::shared_ptr<storage::ObjectStore>& store, const std::string& table, storage::CheckpointFiles& checkpoints, Time now) {
  const auto files = store->List(storage::JoinPath(table, "part"));
  if (!files || files->empty()) return;
  const auto state = storage::TableLog(store, table, storage::LogKind::Delta, nullptr, &checkpoints).Load();
  if (!state || state->version < 0) return;
  std::vector<std::string> unnamed;
  for (const storage::StoredObject& file : *files) {
    const std::string path = file.path.substr(table.size() + 1);
    if (now - file.modified < kYoung) continue;
    if (!state->files.contains(path) && !state->tombstones.contains(path)) unnamed.push_back(path);
  }
  if (unnamed.empty()) return;
  // A checkpoint forgets files that were removed long ago, and they are those of older versions.
  const auto whole = storage::TableLog(store, table, storage::LogKind::Delta).Load();
  if (!whole) return;
  for (const std::string& path : unnamed)
    if (!whole->files.contains(path) && !whole->tombstones.contains(path)) static_cast<void>(store->Remove(storage::JoinPath(table, path)));
}

// No runner outlives the command that started it (Process), and a pod that starts later makes its folder anew.
void RemoveFoldersOfPods(const fs::path& pods) {
  std::error_code error, ignored;
  std::vector<fs::path> folders;
  for (fs::directory_iterator at(pods, error), end; !error && at != end; at.increment(error)) folders.push_back(at->path());
  for (const fs::path& folder : folders) fs::remove_all(folder, ignored);
}

// Beside the state: what was being written when the process was killed.
void RemoveUnfinishedStates(const std::string& lake) {
  const fs::path state = StateFile(lake);
  const std::string prefix = state.filename().string() + ".new-";
  std::error_code error, ignored;
  std::vector<fs::path> unfinished;
  for (fs::directory_iterator at(state.parent_path(), error), end; !error && at != end; at.increment(error))
    if (at->path().filename().string().starts_with(prefix)) unfinished.push_back(at->path());
  for (const fs::path& file : unfinished) fs::remove(file, ignored);
}

}  // namespace

void RemoveLeftovers(const std::string& lake, const std::filesystem::path& pods) {
  RemoveFoldersOfPods(pods);
  RemoveUnfinishedStates(lake);
  const Found found = Look(lake);
  std::error_code ignored;
  for (const fs::path& path : found.unfinished) fs::remove(path, ignored);
  api::TaskStore place;
  place.name = "lake", place.root = lake;
  const auto store = storage::OpenStore(place);
  if (!store) return;
  const auto checkpoints = engine::MakeCheckpointFiles();
  for (const fs::path& table : found.tables) RemoveUncommitted(*store, table.lexically_relative(lake).string(), *checkpoints, SystemClock().Now());
}

}  // namespace weir::cli
