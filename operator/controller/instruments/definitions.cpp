#include "operator/controller/instruments/definitions.h"

#include <utility>
#include <vector>

#include "crds/schema/definition_hashes.h"
#include "operator/telemetry/log.h"

namespace weir::controller {
namespace {

using telemetry::Log;
using telemetry::LogLevel;

// "0.10.2" -> {0, 10, 2}; empty when it is no release.
std::vector<int> NumbersOf(std::string_view release) {
  std::vector<int> numbers{0};
  for (const char c : release) {
    if (c == '.')
      numbers.push_back(0);
    else if (c >= '0' && c <= '9' && numbers.back() < 100'000)
      numbers.back() = numbers.back() * 10 + (c - '0');
    else
      return {};
  }
  return release.empty() ? std::vector<int>{} : numbers;
}

std::string Advice(const api::Resource& resource, DefinitionState state, const std::string& release) {
  const std::string apply =
      "apply those of release " + release + ": kubectl apply --server-side --force-conflicts -f crds/, or helm upgrade with crds.install=true";
  if (state == DefinitionState::Missing) return "the definition " + resource.QualifiedName() + " is not installed; " + apply;
  return "the definition " + resource.QualifiedName() + " is older than this operator, whose status would be refused; " + apply;
}

}  // namespace

DefinitionState CompareDefinition(const Json& definition, std::string_view hash, std::string_view release) {
  const Json& meta = At(definition, "metadata");
  if (!Text(meta, "deletionTimestamp").empty()) return DefinitionState::Missing;
  const Json& annotations = At(meta, "annotations");
  if (Text(annotations, api::kAnnotationSchemaHash) == hash) return DefinitionState::Same;
  return NumbersOf(Text(annotations, api::kAnnotationRelease)) > NumbersOf(release) ? DefinitionState::Newer : DefinitionState::Older;
}

DefinitionState Definitions::Ask(const api::Resource& resource) const {
  const Result<Json> definition = cluster_.Get({api::kDefinitions, "", resource.QualifiedName()});
  if (definition) return CompareDefinition(*definition, schema::HashOfDefinition(resource.plural), release_);
  switch (definition.error().fault) {
    case Fault::Missing: return DefinitionState::Missing;
    case Fault::Denied: return DefinitionState::NotAllowed;
    default: return DefinitionState::Unknown;
  }
}

void Definitions::Look(const api::Resource& resource) {
  if (resource.group != api::kGroup) return;
  {
    const std::lock_guard lock(mutex_);
    if (states_[resource.plural] == DefinitionState::NotAllowed) return;
  }
  const DefinitionState now = Ask(resource);
  if (now == DefinitionState::Unknown) return;
  const std::lock_guard lock(mutex_);
  if (std::exchange(states_[resource.plural], now) != now) Tell(resource, now);
}

void Definitions::Tell(const api::Resource& resource, DefinitionState state) {
  const bool bad = state == DefinitionState::Older || state == DefinitionState::Missing;
  const std::string name = "definition " + resource.QualifiedName();
  if (bad) {
    const std::string advice = Advice(resource, state, release_);
    health_.Object(name, advice);
    Log(LogLevel::Error, "Not ready: " + advice, {{"definition", resource.QualifiedName()}});
  } else {
    health_.Withdraw(name);
  }
  if (state == DefinitionState::Newer)
    Log(LogLevel::Info, "A definition is newer than this operator, which is good", {{"definition", resource.QualifiedName()}, {"release", release_}});
  if (state == DefinitionState::NotAllowed)
    Log(LogLevel::Info, "Whether a definition is as new as this operator is not known, because it may not be read", {{"definition", resource.QualifiedName()}});
  else
    metrics_.DefinitionOutdated(resource.QualifiedName(), bad);
}

}  // namespace weir::controller
