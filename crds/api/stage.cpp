#include "crds/api/stage.h"

#include <algorithm>

#include "crds/base/json.h"

namespace weir::api {
namespace {

void PutBelow(std::string_view kind, Ports& ports) {
  for (Port& port : ports) port.field.insert(0, std::string(kind) + ".");
}

}  // namespace

Ports PortsOf(const Stage& stage) {
  Ports ports = stage.work.Visit([](const auto& kind) { return PortsOf(kind); });
  std::erase_if(ports, [](const Port& port) { return port.value.empty(); });
  PutBelow(stage.work.Field(), ports);
  return ports;
}

Ports PortsOf(const Json& stage) {
  Ports ports;
  for (const Port& port : AllPorts()) {
    const std::size_t dot = port.field.find('.');
    std::string value = Text(At(stage, std::string_view(port.field).substr(0, dot)), std::string_view(port.field).substr(dot + 1));
    if (value.empty()) continue;
    ports.push_back(port);
    ports.back().value = std::move(value);
  }
  return ports;
}

const Ports& AllPorts() {
  static const Ports all = [] {
    Ports collected;
    StageKinds::ForEach([&collected]<typename Kind>() {
      Ports ports = PortsOf(Kind{});
      PutBelow(Kind::kField, ports);
      collected.insert(collected.end(), ports.begin(), ports.end());
    });
    return collected;
  }();
  return all;
}

std::string OutputOf(const Stage& stage) {
  for (const Port& port : PortsOf(stage))
    if (port.flow == Port::Flow::Writes) return port.Label();
  return "";
}

std::vector<std::string> OutputsOf(const std::vector<Stage>& stages) {
  std::vector<std::string> outputs;
  for (const Stage& stage : stages)
    if (std::string output = OutputOf(stage); !output.empty()) outputs.push_back(std::move(output));
  return outputs;
}

}  // namespace weir::api
