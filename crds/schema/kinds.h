#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "crds/api/condition.h"
#include "crds/api/kubernetes/meta.h"
#include "crds/schema/openapi.h"

namespace weir::schema {

// A column of `kubectl get`. `wide` columns show with -o wide only.
enum class Width { Always, Wide };
struct PrinterColumn {
  std::string_view name;
  std::string_view path;  // JSONPath as the API server reads it
  std::string_view type;  // string, integer, boolean, date
  Width width = Width::Always;
};

// What a CustomResourceDefinition says beyond the types of its fields.
struct Kind {
  api::Resource resource;
  std::string_view shortName;
  std::string_view doc;
  std::string_view specDoc;
  std::string_view namePattern;
  int nameMaxLength = 63;
  std::vector<api::ConditionType> pending;  // Unknown from the first moment, before the operator has seen the object
  std::vector<PrinterColumn> columns;
  std::vector<std::string_view> selectable;  // JSONPaths for field selectors
  std::vector<api::CelRule> rules;           // at the root, where spec and status both are in sight
  std::function<Ordered()> spec;
  std::function<Ordered()> status;
};

// The five kinds, in the order of api::kOurKinds. Built once, safe from any thread.
const std::vector<Kind>& Kinds();

// Compares the spec of a View with what is published (see contract_rules.cpp).
std::vector<api::CelRule> ContractRules();

// What a condition type means, over the kinds that carry it.
std::string_view Meaning(api::ConditionType type);

}  // namespace weir::schema
