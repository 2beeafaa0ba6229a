#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "crds/base/file.h"
#include "operator/local/memory_cluster.h"

namespace weir::local {
namespace {

constexpr std::int64_t kFormat = 1;

Error CannotWrite(const std::filesystem::path& path) {
  return {Fault::Exhausted, "DiskFull", "cannot write the state to " + path.string() + ": " + std::strerror(errno)};
}

Status WriteAll(int fd, const std::string& text, const std::filesystem::path& path) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t n = ::write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return CannotWrite(path);
    done += static_cast<std::size_t>(n);
  }
  return ::fsync(fd) == 0 ? Ok() : CannotWrite(path);
}

Status WriteFile(const std::filesystem::path& path, const std::string& text) {
  const std::filesystem::path fresh = path.string() + ".new-" + std::to_string(::getpid());
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return CannotWrite(fresh);
  Status written = WriteAll(fd, text, fresh);
  ::close(fd);
  if (written && ::rename(fresh.c_str(), path.c_str()) != 0) written = CannotWrite(path);
  if (!written) ::unlink(fresh.c_str());
  return written;
}

Error NotOurs(const std::filesystem::path& path, const std::string& problem) {
  return {Fault::Data, "BadState", path.string() + " is not a state file of weir: " + problem};
}

// Only a name that is not there at all is a state that was never saved: whatever else keeps it from being read (a link
// into nothing, rights, a folder, a disk that fails) hides one, and a fresh one must not take its place.
Result<std::string> ReadState(const std::filesystem::path& path) {
  constexpr std::size_t kMostBytes = std::size_t{4} << 30;
  struct stat entry {};
  if (::lstat(path.c_str(), &entry) != 0 && (errno == ENOENT || errno == ENOTDIR))
    return Error{Fault::Missing, "NotFound", "there is no saved state at " + path.string()};
  Result<std::string> text = ReadBounded(path, {.maxBytes = kMostBytes});
  if (!text) return Error{Fault::Denied, "StateUnreadable", text.error().message};
  return text;
}

// Every text that is `before` or a path below it, also as a file:// location.
void Move(Json& value, const std::string& before, const std::string& after) {
  if (value.is_structured()) {
    for (Json& inner : value) Move(inner, before, after);
    return;
  }
  if (!value.is_string()) return;
  auto& text = value.get_ref<std::string&>();
  const std::size_t start = text.starts_with("file://") ? 7 : 0;
  const bool below = text.compare(start, before.size(), before) == 0 && (text.size() == start + before.size() || text[start + before.size()] == '/');
  if (below) text.replace(start, before.size(), after);
}

}  // namespace

Json MemoryCluster::Snapshot() const {
  const std::lock_guard lock(mutex_);
  Json objects = Json::array();
  for (const auto& [key, entry] : entries_) {
    const api::Resource& r = entry.resource;
    objects.push_back(
        {{"group", r.group}, {"version", r.version}, {"plural", r.plural}, {"kind", r.kind}, {"object", *entry.object}, {"applied", entry.applied}});
  }
  return {{"format", kFormat}, {"seed", seed_}, {"uids", uids_made_}, {"version", version_}, {"objects", std::move(objects)}};
}

Status MemoryCluster::Save(const std::filesystem::path& path, const std::string& root) const {
  Json snapshot = Snapshot();
  snapshot["root"] = root;
  return WriteFile(path, Dump(snapshot));
}

Status MemoryCluster::Restore(const Json& snapshot) {
  const Json& objects = At(snapshot, "objects");
  if (Integer(snapshot, "format") != kFormat || !objects.is_array()) return Error{Fault::Data, "BadState", "it is not of format 1"};
  for (const Json& saved : objects)
    if (Text(saved, "plural").empty() || Text(At(At(saved, "object"), "metadata"), "name").empty())
      return Error{Fault::Data, "BadState", "an object has no resource or name"};

  const std::lock_guard lock(mutex_);
  entries_.clear();
  living_.clear();
  dependents_.clear();
  history_.clear();
  // What was made after the state was saved is not known here: with another seed no uid comes twice.
  if (options_.seed != 0 && At(snapshot, "seed").is_number_unsigned()) seed_ = At(snapshot, "seed").get<std::uint64_t>();
  uids_made_ = static_cast<std::uint64_t>(Integer(snapshot, "uids"));
  version_ = static_cast<std::uint64_t>(Integer(snapshot, "version")) + 1;
  oldest_ = version_;
  for (const Json& saved : objects) {
    const std::string group = Text(saved, "group"), version = Text(saved, "version"), plural = Text(saved, "plural"), kind = Text(saved, "kind");
    const api::Resource resource = Intern({group, version, plural, kind});
    const Json& meta = At(At(saved, "object"), "metadata");
    const Key key{ResourceKey(resource), Text(meta, "namespace"), Text(meta, "name")};
    const auto object = std::make_shared<const Json>(At(saved, "object"));
    Index(key, *object);
    entries_.insert_or_assign(key, Entry{resource, object, At(saved, "applied")});
  }
  changed_.notify_all();
  return Ok();
}

Status MemoryCluster::Load(const std::filesystem::path& path, const std::string& root) {
  const Result<std::string> text = ReadState(path);
  if (!text) return text.error();
  Result<Json> snapshot = ParseJson(*text);
  if (!snapshot) return NotOurs(path, snapshot.error().message);
  if (const std::string before = Text(*snapshot, "root"); !before.empty() && !root.empty() && before != root) Move((*snapshot)["objects"], before, root);
  const Status restored = Restore(*snapshot);
  return restored ? restored : Status(NotOurs(path, restored.error().message));
}

}  // namespace weir::local
