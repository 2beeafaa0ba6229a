#pragma once

#include <string>
#include <vector>

#include "crds/api/dataset.h"
#include "crds/base/json.h"
#include "runner/engine/files.h"

namespace weir::stages {

// Columns that files have and that no declared column names. Not to declare one is allowed and common, so it is no warning
// and is said once: of names that no file had before. Each commit keeps the names that are known, the first 200; when there
// are more, further ones are not told, since each run would tell them again.
class UndeclaredColumns {
 public:
  // `facts` of the version before (null: none). A name that is declared now is forgotten, so that it is news again once it
  // is no longer declared.
  UndeclaredColumns(const Json& facts, const std::vector<api::Column>& declared);

  // Those of one file that was decoded in this run; `file` as people call it.
  void Add(const std::vector<engine::UndeclaredColumn>& columns, const std::string& file);

  // The member of the commit's facts.
  static constexpr const char* kFact = "undeclared";
  Json Known() const { return known_; }

  // One sentence about the names that are news, about the dataset that does not declare them; none where there is no news.
  std::vector<std::string> Told(const std::string& dataset) const;

 private:
  struct News {
    std::string name;
    std::string suggestion;
    std::string file;  // the first one
  };
  std::vector<std::string> known_;
  std::vector<News> news_;
};

}  // namespace weir::stages
