#pragma once

#include <memory>
#include <optional>
#include <string>

#include "runner/engine/session.h"
#include "runner/formats/encoding/encoding.h"

namespace weir::engine {

// The bytes of a registered input, from front to back. Errors are the store's.
Result<std::unique_ptr<formats::ByteSource>> OpenBytes(Session& session, const std::string& name);

// Its text as UTF-8: decompressed and verified, transcoded (formats/encoding/encoding.h). `path` is for people.
Result<formats::OpenedText> OpenText(Session& session, const std::string& name, const std::string& path, std::optional<api::Encoding> declared,
                                     formats::Undeclared undeclared = formats::Undeclared::Refuse);

// What a reader of a file's text answers, with the file's path where it is the file's fault.
Error OfFile(Error error, const std::string& path);

}  // namespace weir::engine
