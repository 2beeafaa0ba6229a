#include "runner/stages/files/store_file.h"

#include "runner/stages/tables/names.h"

namespace weir::stages {

Result<std::optional<StoredFile>> StoreFile(const PlacedTable& zone, const std::set<std::string>& taken, const FileToStore& file) {
  std::string suffix;
  for (;;) {
    const std::string path = file.pathFor(suffix);
    auto out = zone.store->Create(zone.PathOf(path));
    if (!out.ok()) return out.error();
    const auto copied = file.fill(**out);
    if (!copied.ok()) return copied.error();
    const auto accepted = file.accept(*copied);
    if (!accepted.ok()) return accepted.error();
    if (!*accepted) return std::optional<StoredFile>();
    const bool last = !suffix.empty();
    suffix = MarkOf({file.source, copied->sha256});
    if (!last && taken.contains(path)) continue;
    const Status closed = CloseOrSame(*zone.store, zone.PathOf(path), **out, copied->sha256);
    if (closed.ok()) return std::optional(StoredFile{path, *copied});
    if (last || closed.error().reason != "Exists") return closed.error();
  }
}

std::set<std::string> PathsOf(const storage::TableState& state) {
  std::set<std::string> paths;
  for (const auto* files : {&state.files, &state.tombstones})
    for (const auto& [path, file] : *files) paths.insert(path);
  return paths;
}

}  // namespace weir::stages
