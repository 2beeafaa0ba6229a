#pragma once

#include <string>

#include "cli/surroundings.h"

namespace weir::cli {

// What a SQL text that cannot be bound may have meant: names of objects, which SQL writes with '_' for '-', and datasets of
// files, which SQL cannot read: then the tables into which pipelines decode them. Keeps references to both arguments.
class SqlHints {
 public:
  SqlHints(const Declared& declared, const Neighbourhood& around) : declared_(declared), around_(around) {}

  // "; stations-history is ..." for the first such name in the text, or empty.
  std::string For(const std::string& ns, const std::string& sql) const;

 private:
  std::string TablesMadeOf(const std::string& ns, const std::string& dataset, int depth) const;

  const Declared& declared_;
  const Neighbourhood& around_;
};

}  // namespace weir::cli
