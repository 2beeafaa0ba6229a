#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runner/storage/object_store.h"
#include "runner/storage/s3/s3_client.h"
#include "runner/storage/s3/s3_store.h"

namespace weir::storage {

// Puts a whole object if there is none of that name; reads back when the reply got lost.
Status PutWhole(S3Client& client, const std::string& key, std::string_view bytes);

// A writer that sends in parts once one part is full.
std::unique_ptr<ObjectWriter> MakeUpload(std::shared_ptr<S3Client> client, std::string key, const S3Options& options);

}  // namespace weir::storage
