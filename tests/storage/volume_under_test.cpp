#include "runner/storage/volume/volume_store.h"
#include "tests/storage/store_under_test.h"
#include "tests/temporary_folder.h"

namespace weir::storage {

struct StoreUnderTest::State {
  test::TemporaryFolder folder;
};

StoreUnderTest::StoreUnderTest() : state_(std::make_unique<State>()) {}
StoreUnderTest::~StoreUnderTest() = default;

std::shared_ptr<ObjectStore> StoreUnderTest::Open() const { return *OpenVolume("lake", state_->folder.path()); }

}  // namespace weir::storage
