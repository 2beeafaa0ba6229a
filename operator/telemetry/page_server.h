#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "crds/base/result.h"
#include "operator/telemetry/health.h"
#include "operator/telemetry/metrics.h"

namespace weir::telemetry {

struct Page {
  int status = 200;
  std::string contentType = "text/plain; charset=utf-8";
  std::string body;
};

// Path -> function that makes the page; called on the server's thread, so it must not block.
using Pages = std::map<std::string, std::function<Page()>>;

// /healthz: 200, or 503 with the stuck pulses. /readyz: 200, or 503 with what is awaited. `health` must outlive the pages.
Pages HealthPages(const Health& health);
// /metrics.
Pages MetricsPages(const Metrics& metrics);

struct PageAddress {
  std::string host = "::";  // an IP address; :: is every address, of IPv4 too, and 0.0.0.0 where there is no IPv6
  int port = 0;             // 0: any that is free
};

// Serves pages over plain HTTP to GET, from one thread of its own. At most 64 connections, the rest are closed at once;
// each has 5 s for a request of at most 8 KiB. So no client can exhaust or block the process.
class PageServer {
 public:
  // Fault::Invalid, reason "BadAddress", when the address is invalid or in use.
  static Result<std::unique_ptr<PageServer>> Start(const PageAddress& address, Pages pages);
  ~PageServer();  // closes all connections
  int port() const;

 private:
  class Core;
  explicit PageServer(std::shared_ptr<Core> core);
  std::shared_ptr<Core> core_;
};

}  // namespace weir::telemetry
