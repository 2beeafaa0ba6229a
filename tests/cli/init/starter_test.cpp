#include "cli/init/starter.h"

#include <gtest/gtest.h>

#include <sstream>

#include "cli/check/check.h"

namespace weir::cli {
namespace {

InferredFile File(const std::string& path) {
  InferredFile file{path, ObjectNameFor(path), {}, {}, {}};
  file.format = api::CsvFormat{};
  file.columns = {{"id", "BIGINT", {}, "", "", ""}, {"full_name", "VARCHAR", {}, "", "", "Full Name"}};
  return file;
}

TEST(Starter, WritesManifestsThatPassTheCheck) {
  const std::vector<InferredFile> files{File("people.csv"), File("more/places 2026.csv")};
  std::istringstream in(StarterText(StarterManifests({"people", "data"}, files), files));
  const Manifests manifests = LoadManifests({"-"}, "default", in);
  const Declared declared = ReadManifests(manifests);
  Findings findings = declared.findings;
  CheckObjects(manifests, declared, {}, findings);
  CheckReferences(manifests, declared, {}, Neighbourhood(declared, {}), findings);
  for (const Finding& finding : findings) ADD_FAILURE() << finding.object << " " << finding.field << " " << finding.message;
  EXPECT_EQ(manifests.objects.size(), 9U) << "three Datasets and a View for each file, and one Pipeline";
}

TEST(Starter, StartsTheBranchesSideBySide) {
  const std::vector<Json> manifests = StarterManifests({"people", "data"}, {File("people.csv"), File("places.csv")});
  const Json& stages = At(At(manifests.back(), "spec"), "stages");
  EXPECT_EQ(At(stages[0], "needs"), Json::array());
  EXPECT_EQ(At(stages[3], "needs"), Json::array());
  EXPECT_TRUE(At(stages[1], "needs").is_null());
}

TEST(Inference, NamesObjectsAfterFiles) {
  EXPECT_EQ(ObjectNameFor("data/Orders 2026 (final).csv"), "orders-2026-final");
  EXPECT_EQ(ObjectNameFor("2026.csv.gz"), "data-2026");
  EXPECT_EQ(ObjectNameFor("___.csv"), "data");
  EXPECT_EQ(ObjectNameFor(std::string(200, 'a') + ".csv").size(), 40U);
}

TEST(Inference, GivesColumnsPlainNamesOnce) {
  std::vector<std::string> notes;
  const auto columns = WithPlainNames({{"a b", "BIGINT", {}, "", "", ""},
                                       {"a_b", "BIGINT", {}, "", "", ""},
                                       {"1st", "BIGINT", {}, "", "", ""},
                                       {"", "BIGINT", {}, "", "", ""},
                                       {"fine", "BIGINT", {}, "", "", ""}},
                                      notes);
  std::string names;
  for (const api::Column& column : columns) names += column.name + "<" + column.sourceName + " ";
  EXPECT_EQ(names, "a_b<a b a_b_2<a_b c_1st<1st c_< fine< ");
}

}  // namespace
}  // namespace weir::cli
