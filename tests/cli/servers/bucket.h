#pragma once

#include <string>

#include "tests/cli/commands.h"
#include "tests/storage/s3/s3_server.h"

namespace weir::test {

// examples/quarantine with a lake in a bucket of a real S3 server, its data being years old, so that the view is late.
class BucketCommands : public Commands {
 protected:
  BucketCommands() {
    CopyExample("quarantine");
    Shell("sed -i 's/2026-/2020-/' readings.csv; sed -i 's/^  freshness:/  eventTime: {column: measured_at}\\n  freshness:/' readings.yaml");
    Write("lake.yaml", "apiVersion: weirkeeper.io/v1alpha1\nkind: Lake\nmetadata: {name: default}\nspec:\n  stores:\n  - {name: lake, s3: {endpoint: \"" +
                           bucket_.endpoint + "\", region: " + bucket_.region + ", bucket: " + bucket_.bucket + ", secretRef: {name: keys}}}\n" +
                           "  - {name: source, volume: {path: " + folder_ + "}}\n");
  }
  // `weir` with the keys of the bucket.
  Ended WithKeys(const std::string& arguments) const { return Shell("WEIR_S3_CREDENTIALS='" + bucket_.credentials + "' weir " + arguments); }

  const api::TaskStore bucket_ = storage::S3Server::Shared().NewBucket();
};

}  // namespace weir::test
