#include "runner/storage/s3/s3_store.h"
#include "tests/storage/s3/s3_server.h"
#include "tests/storage/store_under_test.h"

namespace weir::storage {

struct StoreUnderTest::State {
  api::TaskStore task = S3Server::Shared().NewBucket();
};

StoreUnderTest::StoreUnderTest() : state_(std::make_unique<State>()) {}
StoreUnderTest::~StoreUnderTest() = default;

std::shared_ptr<ObjectStore> StoreUnderTest::Open() const { return *OpenS3(state_->task); }

}  // namespace weir::storage
