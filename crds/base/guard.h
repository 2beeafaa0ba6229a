#pragma once

#include <functional>

namespace weir {

// Exit codes of a program that cannot continue.
struct LastExits {
  const char* program;  // its name, which begins the line
  int exhausted;        // exit code when memory, a thread or another resource of the system is exhausted
  int bug;              // exit code of any other uncaught exception
};

// Body of a `main`, called once: returns the result of `body`. An uncaught exception, on this thread or another, becomes
// one line on stderr and the exit code. On this thread the stack is unwound first; on another the process ends at once.
int Guarded(const LastExits& exits, const std::function<int()>& body);

}  // namespace weir
