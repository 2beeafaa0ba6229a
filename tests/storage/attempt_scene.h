#pragma once

#include <memory>
#include <string>

#include "tests/storage/table/table_fixture.h"

namespace weir::storage {

// What stands in the table `t` before the attempt that gets into trouble.
enum class Before { NoTable, OldVersion };

// Rows of the old version and of what an attempt writes.
inline constexpr std::int64_t kOldRows = 7;
inline constexpr std::int64_t kNewRows = 1000;

void PutOldVersion(const std::shared_ptr<ObjectStore>& store);

// All that a stage does with storage: look for an earlier commit, claim, write one data file of at least `bytes` bytes,
// make it visible in place of what was there.
Status RunAttempt(const std::shared_ptr<ObjectStore>& store, int attempt, std::size_t bytes = 0);

// A reader sees the old version or the new one, with whole files, and no debris.
void ExpectOldOrNew(const std::shared_ptr<ObjectStore>& store, Before before);

// The next attempt ends with one version committed by the run, and the earlier one cannot change that any more.
void ExpectRetryConverges(const std::shared_ptr<ObjectStore>& store, int troubled_attempt, std::size_t bytes = 0);

}  // namespace weir::storage
