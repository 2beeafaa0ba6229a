#include "crds/base/guard.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <new>
#include <system_error>

namespace weir {
namespace {

LastExits last{};

// Without an allocation, since there may be no memory.
int Conclude(const char* what, const char* detail, int exit) {
  std::array<char, 512> line{};
  const int size = std::snprintf(line.data(), line.size(), "%s: %s%s%.300s", last.program, what, *detail == '\0' ? "" : ": ", detail);
  std::size_t length = std::min(static_cast<std::size_t>(std::max(size, 0)), line.size() - 2);
  for (std::size_t i = 0; i < length; ++i)
    if (static_cast<unsigned char>(line[i]) < 0x20) line[i] = ' ';
  line[length++] = '\n';
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), length);
  return exit;
}

bool IsShortage(const std::error_code& code) {
  for (const std::errc errc : {std::errc::resource_unavailable_try_again, std::errc::not_enough_memory, std::errc::too_many_files_open,
                               std::errc::too_many_files_open_in_system, std::errc::no_space_on_device})
    if (code == errc) return true;
  return false;
}

int ConcludeCurrent() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return Conclude("out of memory", "give the process more memory, or less to do", last.exhausted);
  } catch (const std::system_error& error) {
    if (!IsShortage(error.code())) return Conclude("the system refuses a call", error.what(), last.bug);
    return Conclude("the system refuses a resource (threads, open files or memory); raise the limits of the process", error.what(), last.exhausted);
  } catch (const std::exception& error) {
    return Conclude("a bug, please report it", error.what(), last.bug);
  } catch (...) {
    return Conclude("a bug, please report it", "an exception of an unknown type", last.bug);
  }
}

[[noreturn]] void EndProcess() {
  ::_exit(std::current_exception() ? ConcludeCurrent() : Conclude("a bug, please report it", "terminated without an exception", last.bug));
}

}  // namespace

int Guarded(const LastExits& exits, const std::function<int()>& body) {
  last = exits;
  std::set_terminate(EndProcess);
  try {
    return body();
  } catch (...) {
    return ConcludeCurrent();
  }
}

}  // namespace weir
