#pragma once

#include <functional>

namespace weir {

// How a program ends that cannot go on.
struct LastExits {
  const char* program;  // its name, which begins the line
  int exhausted;        // exit code where memory, a thread or another resource of the system is not to be had
  int bug;              // exit code of any other exception that nobody caught
};

// What a `main` does, once: returns what `body` returns. An exception that nobody caught, on this thread or another,
// becomes one line on stderr and the exit code. On this thread what was opened is closed first; on another the process
// ends at once.
int Guarded(const LastExits& exits, const std::function<int()>& body);

}  // namespace weir
