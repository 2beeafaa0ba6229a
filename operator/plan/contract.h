#pragma once

#include <string>
#include <vector>

#include "crds/api/view.h"

namespace weir::plan {

// One rule of the contract that an edit of a View breaks or strains. Rule ids are one vocabulary for kubectl, conditions
// and `weir check`.
enum class ContractRule {
  ColumnNoDelete,
  ColumnNoRename,
  TypeClassChange,
  TypeWiden,
  TypeWidenLossy,
  TypeNarrow,
  DecimalPrecision,
  DecimalScale,
  NullabilityLoosen,
  KeyChange,
  SlaFreshness,
  MeaningUnit
};
std::string_view Name(ContractRule rule);

enum class Severity { Breaking, Warning };

struct ContractFinding {
  ContractRule rule = ContractRule::ColumnNoDelete;
  Severity severity = Severity::Breaking;
  std::string path;    // spec.columns[2].type
  std::string before;  // as published
  std::string after;   // as declared now; empty when it is gone
  std::string advice;

  bool operator==(const ContractFinding&) const = default;
};

// Can a reader of what is published go on reading what the spec would publish? Compares with what was published, never
// with an earlier spec, so that an edit can be taken back and a View that never published may change freely. With
// stability Alpha every finding is a warning. Freshness may be loosened to 1.5 times the published limit, a DECIMAL may get
// more digits at the same scale (a warning), and a key may be added. The definition of View says the same in CEL
// (crds/schema/contract_rules.cpp); tests/schema holds the two against each other.
std::vector<ContractFinding> CompareContract(const api::PublishedContract& published, const api::ViewSpec& spec);

std::vector<ContractFinding> Breaking(std::vector<ContractFinding> findings);

// "ColumnNoDelete spec.columns: published column \"delay\" ...; ..."
std::string Describe(const std::vector<ContractFinding>& findings);

}  // namespace weir::plan
