#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "crds/api/condition.h"
#include "crds/api/describe/words.h"

namespace weir::api {

WEIR_ENUM(TargetKind, Dataset, View);

// A Dataset or View by its kind and name.
struct TableName {
  TargetKind kind = TargetKind::Dataset;
  std::string name;
  bool operator==(const TableName&) const = default;
};
void Describe(auto&& field, Of<TableName> auto& self) {
  field("kind", self.kind, Rules{.doc = "Dataset or View."});
  field("name", self.name, Rules{.doc = "Name of the object."});
}

// An attempt could not read the committed version of a table: its log or a file is gone, or is not what was committed.
struct Damage {
  TargetKind kind = TargetKind::Dataset;
  std::string name;
  std::string pipeline;
  std::string run;
  std::string stage;
  std::int64_t epoch = 0;
  std::optional<Reason> reason;
  std::string message;
  bool operator==(const Damage&) const = default;
};
void Describe(auto&& field, Of<Damage> auto& self) {
  field("kind", self.kind, Rules{.doc = "Dataset or View."});
  field("name", self.name, Rules{.doc = "Name of the object."});
  field("pipeline", self.pipeline, Rules{.doc = "Pipeline whose run found it."});
  field("run", self.run, Rules{.doc = "Run that found it."});
  field("stage", self.stage, Rules{.doc = "Stage that found it."});
  field("epoch", self.epoch, Rules{.doc = "Epoch of the attempt that found it."});
  field("reason", self.reason, Rules{.doc = "LogLost, LogCorrupt or FileUnreadable."});
  field("message", self.message, Rules{.doc = "What is damaged, and what to do.", .maxLength = 2048});
}

}  // namespace weir::api
