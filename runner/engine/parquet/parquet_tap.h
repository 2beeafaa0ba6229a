#pragma once

#include <duckdb.hpp>
#include <duckdb/function/copy_function.hpp>
#include <duckdb/main/client_context_state.hpp>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "crds/base/time.h"
#include "runner/engine/values/content_hash.h"

namespace weir::engine {

// How the rows of a COPY are laid out, and what to find out about them. First come the columns of the file; then, for
// each condition, a BOOLEAN that is TRUE for rows that fail it; last, if a condition quarantines rows, the row as text.
struct TapRequest {
  std::vector<std::string> columns;                                        // names of those of the file
  std::optional<std::size_t> eventTime;                                    // place of a column of type DATE or TIMESTAMP
  std::optional<Time> eventsUntil;                                         // later ones are counted apart
  std::vector<bool> quarantines;                                           // for each condition
  std::function<void(std::size_t condition, std::string row)> quarantine;  // from any thread, one call at a time
};

// Times of events: the oldest, the newest that is not too far ahead, and those that are.
struct EventTimes {
  std::optional<Time> oldest;
  std::optional<Time> newest;
  std::int64_t ahead = 0;
  std::optional<Time> nearest;  // of those ahead
  std::optional<Time> furthest;

  void Note(Time time, const std::optional<Time>& until);
  void Add(const EventTimes& other);
};

struct Tapped {
  std::int64_t rows = 0;  // that went into the file
  HashSum content;        // of these, by row_hash.h
  EventTimes events;
  std::vector<bool> topmostTexts;      // for each column of the file, whether it has a text that begins with U+10FFFF
  std::vector<std::int64_t> failures;  // rows that fail each condition: quarantined by it, or in the file

  void Add(const Tapped& other);
};

// The format `kTappedParquet` of COPY: DuckDB's own Parquet writer, with a look at each chunk of rows on the thread that
// hands it over. What is counted and hashed is that chunk itself: it comes once, after all of the plan (so nothing of it can be
// optimised away or evaluated again), in parallel and in bounded memory, and the writer gets nothing else. A TIMESTAMP is
// given to the writer as the instant in UTC that has the same number, which is free, and a zero without its sign. A DATE or TIMESTAMP outside of the years
// 1 to 9999, and an infinite one, is refused (Fault::Data, "BadInput"): other readers of Delta fail at the whole file.
inline constexpr const char* kTappedParquet = "weir_parquet";
void RegisterTappedParquet(duckdb::DatabaseInstance& database);

// Opens the tap of one connection for the next COPY in that format; shuts it when it goes. One at a time.
class ParquetTap {
 public:
  ParquetTap(duckdb::Connection& connection, TapRequest request);
  ~ParquetTap();
  ParquetTap(const ParquetTap&) = delete;
  ParquetTap& operator=(const ParquetTap&) = delete;

  // Once the COPY has answered.
  Tapped Taken() const;

 private:
  duckdb::Connection& connection_;
  duckdb::shared_ptr<class TapState> state_;
};

}  // namespace weir::engine
