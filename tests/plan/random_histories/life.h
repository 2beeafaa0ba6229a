#pragma once

#include <string>

#include "tests/plan/random_histories/story.h"

namespace weir::test {

// Lives the story: one World, what happens in it, and at last some quiet in which everything has to come to its end.
// Answers the laws that were broken, a line each; empty when all held.
std::string Live(const Story& story);

}  // namespace weir::test
