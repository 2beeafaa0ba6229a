// The stream of a watch, cut into events.
#include "operator/kube/watch_frame.h"
#include "tests/fuzz/invariant.h"

using namespace weir;

namespace {

std::vector<std::string> Lines(std::string_view text, std::size_t step, bool& midline) {
  std::vector<std::string> lines;
  kube::LineFramer framer;
  for (std::size_t at = 0; at < text.size(); at += step)
    fuzz::Require(framer.Feed(text.substr(at, step), [&](std::string_view line) { lines.emplace_back(line); }).ok(), "a short line is taken");
  midline = framer.Midline();
  return lines;
}

void CheckFrame(const std::string& line) {
  const auto frame = kube::ReadWatchFrame(line);
  if (!frame) {
    fuzz::RequireReadable(frame.error().message);
    fuzz::Require(frame.error().fault == Fault::Transient, "a server that sends garbage is asked again");
    return;
  }
  if (const auto* event = std::get_if<kube::WatchEvent>(&*frame)) fuzz::Require(event->object.is_object(), "an event has an object");
  if (const auto* status = std::get_if<kube::ApiStatus>(&*frame)) fuzz::Require(status->retryAfterSeconds >= 0, "a wait is not negative");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view text = fuzz::Text(data + 1, size - 1);
  bool whole_midline = false, pieces_midline = false;
  const fuzz::PeakMemory memory;
  const auto whole = Lines(text, text.size() + 1, whole_midline), pieces = Lines(text, 1 + data[0], pieces_midline);
  fuzz::Require(whole == pieces && whole_midline == pieces_midline, "pieces of any size are the same lines");
  std::size_t bytes = 0;
  for (const std::string& line : whole) {
    bytes += line.size() + 1;
    CheckFrame(line);
  }
  fuzz::Require(bytes <= text.size() && whole_midline == (!text.empty() && text.back() != '\n'), "no byte is lost or made");
  fuzz::Require(memory.Bytes() <= (64 << 10) + 400 * size, "memory is linear in the stream");
  return 0;
}
