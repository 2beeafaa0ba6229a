#include "operator/local/pod_status.h"

namespace weir::local {
namespace {

Json Conditions(const char* ready, const std::string& reason, Time now) {
  const auto condition = [&now](const char* type, const char* status, const std::string& why) {
    Json made{{"type", type}, {"status", status}, {"lastProbeTime", nullptr}, {"lastTransitionTime", Format(now)}};
    if (!why.empty()) made["reason"] = why;
    return made;
  };
  return Json::array({condition("Initialized", "True", ready[0] == 'F' ? reason : ""), condition("Ready", ready, reason),
                      condition("ContainersReady", ready, reason), condition("PodScheduled", "True", "")});
}

Json Container(const Json& pod, const std::string& container_id, bool running, Json state) {
  const Json& containers = At(At(pod, "spec"), "containers");
  const Json first = containers.is_array() && !containers.empty() ? containers.front() : Json();
  return {{"name", Text(first, "name")},
          {"image", Text(first, "image")},
          {"imageID", Text(first, "image")},
          {"containerID", container_id},
          {"ready", running},
          {"started", running},
          {"restartCount", 0},
          {"lastState", Json::object()},
          {"state", std::move(state)}};
}

}  // namespace

Json RunningStatus(const Json& pod, const std::string& container_id, Time started) {
  const Json container = Container(pod, container_id, true, {{"running", {{"startedAt", Format(started)}}}});
  return {{"status",
           {{"phase", "Running"},
            {"startTime", Format(started)},
            {"conditions", Conditions("True", "", started)},
            {"containerStatuses", Json::array({container})}}}};
}

Json EndedStatus(const Json& pod, const std::string& container_id, const ContainerEnd& end) {
  Json terminated{{"exitCode", end.exitCode},
                  {"reason", end.reason},
                  {"startedAt", Format(end.started)},
                  {"finishedAt", Format(end.finished)},
                  {"containerID", container_id}};
  if (!end.message.empty()) terminated["message"] = end.message;
  const bool succeeded = end.exitCode == 0 && end.podReason.empty();
  const Json container = Container(pod, container_id, false, {{"terminated", std::move(terminated)}});
  Json status{{"phase", succeeded ? "Succeeded" : "Failed"},
              {"startTime", Format(end.started)},
              {"conditions", Conditions("False", succeeded ? "PodCompleted" : "PodFailed", end.finished)},
              {"containerStatuses", Json::array({container})}};
  if (end.podReason == "Terminated")
    status["conditions"].push_back({{"type", "DisruptionTarget"},
                                    {"status", "True"},
                                    {"reason", "TerminationByKubelet"},
                                    {"message", end.podMessage},
                                    {"lastTransitionTime", Format(end.finished)}});
  if (!end.podReason.empty()) status["reason"] = end.podReason;
  if (!end.podMessage.empty()) status["message"] = end.podMessage;
  return {{"status", std::move(status)}};
}

}  // namespace weir::local
