#include "tests/plan/random_histories/story.h"

#include <array>
#include <ostream>

namespace weir::test {
namespace {

constexpr std::array<const char*, 17> kDeeds{"Work", "Wait", "Start",   "Hinder", "End",   "Take",    "Strip",   "Crash", "Trouble",
                                             "Deny", "Lag",  "CatchUp", "Edit",   "Steer", "Request", "Suspend", "Remove"};
static_assert(static_cast<std::size_t>(Deed::Remove) + 1 == kDeeds.size());

rc::Gen<Deed> AnyDeed() {
  return rc::gen::weightedElement<Deed>({{24, Deed::Work},
                                         {8, Deed::Wait},
                                         {10, Deed::Start},
                                         {3, Deed::Hinder},
                                         {20, Deed::End},
                                         {4, Deed::Take},
                                         {4, Deed::Strip},
                                         {4, Deed::Crash},
                                         {3, Deed::Trouble},
                                         {2, Deed::Deny},
                                         {3, Deed::Lag},
                                         {5, Deed::CatchUp},
                                         {2, Deed::Edit},
                                         {2, Deed::Steer},
                                         {2, Deed::Request},
                                         {1, Deed::Suspend},
                                         {1, Deed::Remove}});
}

rc::Gen<Step> AnyStep() {
  return rc::gen::resize(rc::kNominalSize, rc::gen::build<Step>(rc::gen::set(&Step::deed, AnyDeed()), rc::gen::set(&Step::which, rc::gen::inRange(0U, 60U)),
                                                                rc::gen::set(&Step::how, rc::gen::inRange(0U, 120U))));
}

rc::Gen<StageShape> AnyShape() {
  return rc::gen::resize(rc::kNominalSize, rc::gen::build<StageShape>(rc::gen::set(&StageShape::needs, rc::gen::inRange(0U, 64U)),
                                                                      rc::gen::set(&StageShape::maxAttempts, rc::gen::inRange(1, 4)),
                                                                      rc::gen::set(&StageShape::backoff, rc::gen::inRange(1, 30))));
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Story& story) {
  for (const StageShape& stage : story.stages) out << "\n  stage " << stage.needs << ' ' << stage.maxAttempts << ' ' << stage.backoff;
  for (const Step& step : story.steps) out << "\n  " << kDeeds[static_cast<std::size_t>(step.deed)] << ' ' << step.which << ' ' << step.how;
  return out << "\n  quiet " << story.quiet;
}

rc::Gen<Story> AnyStory() {
  // What is short seldom gets beyond the validation.
  const auto steps = rc::gen::withSize([](int size) { return rc::gen::resize(30 + size * 3 / 4, rc::gen::container<std::vector<Step>>(AnyStep())); });
  const auto stages = rc::gen::resize(6, rc::gen::nonEmpty(rc::gen::container<std::vector<StageShape>>(AnyShape())));
  return rc::gen::build<Story>(rc::gen::set(&Story::stages, stages), rc::gen::set(&Story::steps, steps),
                               rc::gen::set(&Story::quiet, rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0U, 80U))));
}

std::vector<Json> DatasetsOf(const Story& story) {
  std::vector<Json> datasets;
  for (std::size_t i = 0; i < story.stages.size(); ++i)
    datasets.push_back(
        {{"kind", "Dataset"},
         {"metadata", {{"name", "d" + std::to_string(i)}}},
         {"spec", {{"zone", "Processed"}, {"owner", {{"team", "t"}}}, {"schema", {{"columns", Json::array({{{"name", "n"}, {"type", "INTEGER"}}})}}}}}});
  return datasets;
}

Json SpecOf(const std::vector<StageShape>& stages, unsigned text) {
  Json list = Json::array();
  for (std::size_t i = 0; i < stages.size(); ++i) {
    Json needs = Json::array();
    for (std::size_t above = 0; above < i; ++above)
      if ((stages[i].needs >> above & 1U) != 0) needs.push_back("s" + std::to_string(above));
    list.push_back({{"name", "s" + std::to_string(i)},
                    {"needs", needs},
                    {"retry", {{"maxAttempts", stages[i].maxAttempts}, {"backoff", std::to_string(stages[i].backoff) + "s"}, {"maxBackoff", "60s"}}},
                    {"transform", {{"sql", "SELECT " + std::to_string(text) + " AS n"}, {"into", "d" + std::to_string(i)}}}});
  }
  return {{"purpose", "Lives of all kinds."}, {"owner", {{"team", "t"}}}, {"stages", list}};
}

}  // namespace weir::test
