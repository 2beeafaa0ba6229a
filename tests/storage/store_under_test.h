#pragma once

#include <memory>

#include "runner/storage/object_store.h"

namespace weir::storage {

// An empty store for one test. Each test program links one implementation: a volume in a temporary folder, or a bucket
// of a real S3 server; what a store promises is tested by the same text on both.
class StoreUnderTest {
 public:
  StoreUnderTest();
  ~StoreUnderTest();
  StoreUnderTest(const StoreUnderTest&) = delete;
  StoreUnderTest& operator=(const StoreUnderTest&) = delete;

  // The same store again, as another process would open it.
  std::shared_ptr<ObjectStore> Open() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::storage
