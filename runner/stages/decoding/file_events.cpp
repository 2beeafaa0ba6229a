#include "runner/stages/decoding/file_events.h"

#include "runner/engine/sql/sql.h"
#include "runner/stages/files/file_zone.h"
#include "runner/stages/tables/events_ahead.h"

namespace weir::stages {
namespace {

constexpr const char* kDecodedFile = "_weir_decoded_file";

struct Events {
  std::optional<Time> newest;
  std::int64_t ahead = 0;
  std::optional<Time> nearest;
  std::optional<Time> furthest;
};

void Set(storage::DataFile& file, const char* tag, const std::optional<Time>& time) {
  if (time)
    file.tags[tag] = FormatMicros(*time);
  else
    file.tags.erase(tag);
}

void Set(storage::DataFile& file, const Events& events) {
  Set(file, kTagNewestEvent, events.newest);
  Set(file, kTagNearestEvent, events.nearest);
  Set(file, kTagFurthestEvent, events.furthest);
  file.tags.erase(kTagEventsAhead);
  if (events.ahead > 0) file.tags[kTagEventsAhead] = std::to_string(events.ahead);
}

std::optional<Time> TimeIn(const storage::DataFile& file, const char* tag) {
  const auto time = ParseTime(Tag(file, tag));
  return time.ok() ? std::optional(*time) : std::nullopt;
}

std::optional<Time> TimeIn(const Json& row, const char* member) {
  const Json& micros = At(row, member);
  return micros.is_number_integer() ? std::optional(Time{micros.get<std::int64_t>()}) : std::nullopt;
}

Result<Events> ReadEvents(Decoding& decoding, const storage::DataFile& file, Time until) {
  const api::TaskTable& table = *decoding.target.table;
  const engine::InputFile input{decoding.target.store, decoding.target.PathOf(file.path), file.bytes, file.rows};
  if (Status attached = decoding.engine->Attach(kDecodedFile, {input}, table.columns); !attached.ok()) return attached.error();
  const std::string limit = std::to_string(until.us);
  const auto rows =
      decoding.engine->Query("SELECT max(t) FILTER (t <= " + limit + ") AS newest, count(*) FILTER (t > " + limit + ") AS ahead, min(t) FILTER (t > " + limit +
                                 ") AS nearest, max(t) FILTER (t > " + limit + ") AS furthest FROM (SELECT epoch_us(CAST(" + engine::Quote(table.eventTime) +
                                 " AS TIMESTAMP)) AS t FROM " + kDecodedFile + ")",
                             1);
  if (!rows.ok()) return rows.error();
  const Json& row = rows->front();
  return Events{TimeIn(row, "newest"), Integer(row, "ahead"), TimeIn(row, "nearest"), TimeIn(row, "furthest")};
}

}  // namespace

void TagEvents(storage::DataFile& file, const engine::WrittenFile& written) {
  Set(file, Events{written.maxEventTime, written.eventsAhead, written.nearestEvent, written.furthestEvent});
}

Status UpdateEvents(Decoding& decoding, storage::DataFile& file) {
  const auto until = EventsUntil(decoding.place.task, *decoding.target.table);
  if (!until || storage::IsQuarantinedWhole(file)) return Ok();
  const auto newest = TimeIn(file, kTagNewestEvent), nearest = TimeIn(file, kTagNearestEvent), furthest = TimeIn(file, kTagFurthestEvent);
  const bool some_ahead = Number(file, kTagEventsAhead) > 0;
  const bool all_have_come = some_ahead && furthest && *furthest <= *until;
  if (all_have_come) {
    Set(file, Events{.newest = furthest});
    return Ok();
  }
  const bool one_has_come = some_ahead && (!nearest || *nearest <= *until);  // older releases kept no nearest one
  const bool too_many_counted = newest && *newest > *until;
  if (!one_has_come && !too_many_counted) return Ok();
  const auto events = ReadEvents(decoding, file, *until);
  if (!events.ok()) return events.error();
  Set(file, *events);
  return Ok();
}

}  // namespace weir::stages
