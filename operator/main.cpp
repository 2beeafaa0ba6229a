// weirkeeper-operator: flags and wiring. One process of several may lead; the others keep their caches warm.

#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>
#include <random>

#include "crds/base/file.h"
#include "crds/base/guard.h"
#include "operator/controller/instruments/definitions.h"
#include "operator/controller/instruments/footprint.h"
#include "operator/controller/instruments/instruments.h"
#include "operator/controller/loop/runtime.h"
#include "operator/controller/owner_map.h"
#include "operator/kube/lease/lease.h"
#include "operator/kube/rest_cluster.h"
#include "operator/plan/pod/runner.h"
#include "operator/telemetry/log.h"
#include "operator/telemetry/page_server.h"

namespace weir {
namespace {

using telemetry::Log;
using telemetry::LogLevel;

constexpr int kExitUsage = 2;
constexpr int kExitFailed = 1;
constexpr unsigned kLongestDrainSeconds = 25;  // less than the pod's grace of 30 s
constexpr int kCheckSeconds = 5;

struct Flags {
  kube::KubeconfigChoice kubeconfig;
  std::string ns;
  std::string runnerImage;
  std::string runnerSettings;
  std::string metricsHost = telemetry::PageAddress().host;
  int metricsPort = 8080;
  bool leaderElect = false;
  std::string leaseNamespace;
  int workers = 8;
  std::string logFormat = "json";
  std::string logLevel = "info";
};

void Declare(CLI::App& app, Flags& flags) {
  app.set_version_flag("--version", std::string("weirkeeper-operator ") + WEIR_VERSION);
  app.add_option("--kubeconfig", flags.kubeconfig.path, "Kubeconfig file; without it KUBECONFIG, the cluster that we run in, ~/.kube/config")
      ->type_name("FILE");
  app.add_option("--context", flags.kubeconfig.context, "Context of the kubeconfig; without it its current-context")->type_name("NAME");
  app.add_option("--namespace", flags.ns, "Watch this namespace alone; without it all")->type_name("NAME");
  app.add_option("--runner-image", flags.runnerImage, "Image of the runner, which does the work of each stage")->type_name("IMAGE")->required();
  app.add_option("--runner-settings", flags.runnerSettings,
                 "YAML or JSON file with settings of runner pods, fields as in spec.runner of a Lake; what a Lake sets wins")
      ->type_name("FILE");
  app.add_option("--metrics-host", flags.metricsHost, "IP address that /metrics, /healthz and /readyz are served on; :: is every address, of IPv4 too")
      ->type_name("ADDRESS")
      ->capture_default_str();
  app.add_option("--metrics-port", flags.metricsPort, "Their port; 0 takes a free one and logs it")
      ->check(CLI::Range(0, 65535).description(""))
      ->type_name("N")
      ->capture_default_str();
  app.add_flag("--leader-elect", flags.leaderElect, "Work only while holding the Lease weirkeeper-operator, so that several operators may run");
  app.add_option("--lease-namespace", flags.leaseNamespace, "Namespace of the Lease; without it POD_NAMESPACE or that of the kubeconfig")->type_name("NAME");
  app.add_option("--workers", flags.workers, "Objects reconciled at once")->check(CLI::Range(1, 64).description(""))->type_name("N")->capture_default_str();
  app.add_option("--log-format", flags.logFormat, "One JSON object a line for collectors, or text for a terminal")
      ->check(CLI::IsMember({"json", "text"}).description(""))
      ->type_name("json|text")
      ->capture_default_str();
  app.add_option("--log-level", flags.logLevel, "What is logged at least")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}).description(""))
      ->type_name("debug|info|warning|error")
      ->capture_default_str();
}

// Signals reach the main thread alone, by sigtimedwait. Before any other thread is started.
sigset_t BlockSignals() {
  sigset_t ending;
  ::sigemptyset(&ending);
  for (const int signal : {SIGTERM, SIGINT}) ::sigaddset(&ending, signal);
  ::pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  return ending;
}

kube::LeaseSettings LeaseSettingsOf(const Flags& flags, const kube::Access& access) {
  kube::LeaseSettings settings;
  const std::string own = kube::ProcessEnvironment("POD_NAMESPACE");
  settings.ns = !flags.leaseNamespace.empty() ? flags.leaseNamespace : !own.empty() ? own : access.ns;
  const std::string pod = kube::ProcessEnvironment("POD_NAME");
  std::random_device device;
  settings.identity = (pod.empty() ? "weirkeeper-operator" : pod) + "_" + std::to_string(device()) + std::to_string(device());
  return settings;
}

LogLevel LevelOf(const std::string& word) {
  return word == "debug" ? LogLevel::Debug : word == "warning" ? LogLevel::Warning : word == "error" ? LogLevel::Error : LogLevel::Info;
}

int Fail(std::string_view what, const Error& error) {
  Log(LogLevel::Error, what, {{"reason", error.reason}, {"error", error.message}});
  return error.fault == Fault::Invalid ? kExitUsage : kExitFailed;
}

class Operator {
 public:
  Operator(const Flags& flags, kube::Access access, api::RunnerSettings runner)
      : flags_(flags), access_(std::move(access)), settings_{.runnerImage = flags.runnerImage, .runner = std::move(runner)} {}

  // The cluster first: the HTTP library wants to come before other threads.
  Status Connect() {
    kube::RestClusterSettings settings;
    settings.onCall = [this](const kube::ApiCall& call) { metrics_.ApiCalled(call.verb, call.resource, call.code, call.seconds); };
    settings.onWarning = [](const std::string& text) { Log(LogLevel::Warning, "The API server warns", {{"warning", text}}); };
    auto cluster = kube::ConnectCluster(access_, std::move(settings));
    if (!cluster) return cluster.error();
    cluster_ = std::move(*cluster);
    if (!flags_.leaderElect) return Ok();
    auto own_connections = kube::ConnectCluster(access_, {}, kube::Deadlines::OfLease());
    if (!own_connections) return own_connections.error();
    elector_ = std::make_unique<kube::LeaderElector>(std::move(*own_connections), LeaseSettingsOf(flags_, access_), clock_, LeaseEvents());
    return Ok();
  }

  Status Start() {
    telemetry::Pages pages = telemetry::HealthPages(health_);
    pages.merge(telemetry::MetricsPages(metrics_));
    auto server = telemetry::PageServer::Start({flags_.metricsHost, flags_.metricsPort}, std::move(pages));
    if (!server) return server.error();
    server_ = std::move(*server);
    ports_ = std::make_unique<controller::Ports>(stores_, *cluster_, clock_, settings_);
    const auto affected = [this](const api::Resource& resource, const observe::Item& item) { return controller::Affected(resource, item, stores_); };
    controller::RuntimeOptions options{.ns = flags_.ns, .workers = flags_.workers, .seed = std::random_device{}()};
    runtime_ = std::make_unique<controller::Runtime>(*ports_, clock_, controller::Reconcile, affected, std::move(options), Meters());
    runtime_->StartWatching();
    if (elector_)
      elector_->Start();
    else
      Lead();
    Log(LogLevel::Info, "Started",
        {{"version", WEIR_VERSION}, {"server", access_.server}, {"namespace", flags_.ns.empty() ? "all" : flags_.ns}, {"port", server_->port()}});
    return Ok();
  }

  void Check() {
    instruments_.CheckWorkers(runtime_->Queue());
    footprint_.Look(instruments_.Work());
  }

  // The lease goes last: the next leader may begin at once, so no write of ours may follow.
  void Drain() {
    runtime_->Stop();
    if (elector_) elector_->Stop();
    metrics_.Leads(false);
  }

 private:
  controller::RuntimeMeters Meters() {
    controller::RuntimeMeters meters = instruments_.Meters();
    definitions_ = std::make_unique<controller::Definitions>(*cluster_, WEIR_VERSION, metrics_, health_);
    meters.turned = [this, turned = std::move(meters.turned)](const api::Resource& resource) {
      turned(resource);
      definitions_->Look(resource);
    };
    return meters;
  }

  void Lead() {
    metrics_.Leads(true);
    runtime_->StartWorking();
    Log(LogLevel::Info, "Leads: reconciling begins");
  }

  kube::LeaseEvents LeaseEvents() {
    kube::LeaseEvents events;
    events.onLead = [this] { Lead(); };
    // Another may lead within seconds, and nothing in flight is worth a write after that: names, uids and epochs make
    // the end as safe as a crash.
    events.onLoss = [](const std::string& why) {
      Log(LogLevel::Error, "The lease is lost; this process exits", {{"reason", why}});
      std::_Exit(kExitFailed);
    };
    events.onError = [](const Error& error) {
      Log(LogLevel::Warning, "The lease could not be renewed and is tried again", {{"reason", error.reason}, {"error", error.message}});
    };
    return events;
  }

  const Flags& flags_;
  const kube::Access access_;
  const controller::Settings settings_;
  const controller::SystemWaitingClock clock_;
  observe::Stores stores_;
  telemetry::Metrics metrics_;
  telemetry::Health health_;
  controller::Instruments instruments_{stores_, metrics_, health_};
  controller::FootprintTrim footprint_;
  std::unique_ptr<kube::RestCluster> cluster_;
  std::unique_ptr<kube::LeaderElector> elector_;
  std::unique_ptr<telemetry::PageServer> server_;
  std::unique_ptr<controller::Definitions> definitions_;
  std::unique_ptr<controller::Ports> ports_;
  std::unique_ptr<controller::Runtime> runtime_;
};

Result<api::RunnerSettings> ReadRunnerSettings(const std::string& path) {
  if (path.empty()) return api::RunnerSettings{};
  const Result<std::string> text = ReadBounded(path);
  if (!text) return Error{Fault::Invalid, "BadSettings", "--runner-settings " + text.error().message};
  Result<api::RunnerSettings> settings = plan::ParseRunnerSettings(*text);
  if (!settings) return Error{Fault::Invalid, "BadSettings", "--runner-settings " + path + ": " + settings.error().message};
  return settings;
}

int Run(const Flags& flags) {
  telemetry::StartLog(LevelOf(flags.logLevel), flags.logFormat == "text" ? telemetry::LogForm::Text : telemetry::LogForm::Json);
  const sigset_t ending = BlockSignals();
  auto access = kube::FindAccess(flags.kubeconfig, kube::ProcessEnvironment);
  if (!access) return Fail("Found no API server", access.error());
  auto runner = ReadRunnerSettings(flags.runnerSettings);
  if (!runner) return Fail("Cannot use the settings of runners", runner.error());
  Operator program(flags, std::move(*access), std::move(*runner));
  if (const Status connected = program.Connect(); !connected) return Fail("Cannot connect to the API server", connected.error());
  if (const Status started = program.Start(); !started) return Fail("Cannot start", started.error());
  const timespec interval{kCheckSeconds, 0};
  int signal = 0;
  while (signal != SIGTERM && signal != SIGINT) {
    signal = ::sigtimedwait(&ending, nullptr, &interval);
    program.Check();
  }
  Log(LogLevel::Info, "Stopping: running reconciles finish first", {{"signal", signal}});
  ::alarm(kLongestDrainSeconds);
  program.Drain();
  Log(LogLevel::Info, "Ended");
  std::cerr.flush();
  std::_Exit(0);  // threads of the HTTP library may still run
}

int Main(int argc, char** argv) {
  Flags flags;
  CLI::App app("Reconciles Weirkeeper's Lakes, Datasets, Views, Pipelines and PipelineRuns.");
  Declare(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : kExitUsage;
  }
  return Run(flags);
}

}  // namespace
}  // namespace weir

int main(int argc, char** argv) {
  weir::controller::KeepHeapSmall();
  return weir::Guarded({"weirkeeper-operator", weir::kExitFailed, weir::kExitFailed}, [&] { return weir::Main(argc, argv); });
}
