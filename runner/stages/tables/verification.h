#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runner/engine/engine.h"
#include "runner/stages/files/hashing_store.h"
#include "runner/stages/tables/place.h"

namespace weir::stages {

// What a stage reads is held against what was committed, before a row of it is used.

// A zone of files: its newest commit recorded a content hash over its files, and they must add up to it. Fault::Data,
// reason "LogCorrupt".
Result<storage::TableState> LoadZone(const PlacedTable& zone);

// One landed file as a store that gives exactly the bytes that were accepted: they are read and hashed before the first is
// given. A file of up to 32 MiB is read once and kept in memory; a larger one is read a second time. Fault::Data, reason
// "FileUnreadable", with both hashes, when it is another file now.
engine::InputFile Verified(const PlacedTable& zone, const storage::DataFile& file);

// The files of a table, with what its log says of them.
std::vector<engine::InputFile> InputsOf(const PlacedTable& table, const storage::TableState& state);

// A tag that tells later whether a Parquet file is still the one that was written: its SHA-256.
void TagHash(const PlacedTable& table, const HashingStore& written, storage::DataFile& file);
// The same, and when the store says that it was written: what CheckWritten goes by.
Status TagWritten(const PlacedTable& table, const HashingStore& written, storage::DataFile& file);

// SHA-256 of a file that TagWritten tagged: the tagged one while size and time are as they were then, else that of the bytes
// that are there now. Errors: those of the store, Fault::Missing included.
Result<std::string> Sha256Now(const PlacedTable& table, const storage::DataFile& file);

// Whether a file that was committed is there and whole. Size and footer always; every byte when the store says that it
// was written at another time than it was then. Fault::Data, reason "FileUnreadable", when not.
Status CheckWritten(const PlacedTable& table, const storage::DataFile& file, engine::Engine& engine);

// What DuckDB met while it read these tables, told by the file: when one of them is not what was written, it is that.
Error Diagnosed(Error error, const std::vector<std::pair<const PlacedTable*, const storage::TableState*>>& read);

// With what helps: the pipeline that writes the table makes the file again. An unreadable file is noted as damage of the table.
Error WithRemedy(Error error, const PlacedTable& table);

}  // namespace weir::stages
