#include "cli/init/starter.h"

#include <algorithm>
#include <span>

#include "cli/manifests/yaml_text.h"
#include "crds/api/describe/write.h"
#include "crds/api/view.h"
#include "crds/base/name.h"
#include "crds/base/text.h"
#include "runner/engine/decode/file_columns.h"
#include "runner/formats/columns/sql_names.h"

namespace weir::cli {
namespace {

constexpr std::size_t kLongestPipeline = 50;
constexpr std::size_t kLongestPath = 1024;

Json Object(std::string_view kind, const std::string& name, Json spec) {
  return {{"apiVersion", api::kApiVersion}, {"kind", kind}, {"metadata", {{"name", name}}}, {"spec", std::move(spec)}};
}

// A title may be a whole question; a path may be as deep as folders go.
std::string Shortened(const std::string& title) {
  constexpr std::size_t kLongest = 200;
  return Cut(title, kLongest);
}

Json DatasetManifest(const StarterNames& names, const InferredFile& file, api::Zone zone) {
  const bool files = api::HoldsFiles(zone);
  api::DatasetSpec spec;
  spec.zone = zone;
  spec.owner.team = names.team;
  if (zone == api::Zone::Landing) spec.exclude = file.exclude;
  if (files)
    spec.format = file.format;
  else
    spec.schema = api::Schema{file.columns, {}};
  spec.description = zone == api::Zone::Landing ? "Files such as " + Shortened(file.path) + ", as they came."
                     : files                    ? "Every file that ever landed, byte for byte."
                                                : "Rows of " + Shortened(file.path) + ", typed.";
  const std::string suffix = zone == api::Zone::Landing ? "-landing" : files ? "-history" : "";
  return Object("Dataset", file.name + suffix, api::Write(spec));
}

Json ViewManifest(const StarterNames& names, const InferredFile& file) {
  api::ViewSpec spec;
  spec.purpose = "Rows of " + Shortened(file.path) + "; say here what readers use them for.";
  spec.grain = "One row of the file.";
  spec.owner.team = names.team;
  std::string columns;
  for (const api::Column& column : file.columns) {
    columns += (columns.empty() ? "" : ", ") + formats::SqlQuoted(column.name);
    spec.columns.push_back({column.name, column.type, column.nullable, "Column " + Shortened(engine::NameInFile(column)) + " of the file.", "", column.unit});
  }
  spec.query.sql = "SELECT " + columns + "\nFROM \"" + TableName(file.name) + "\"";
  spec.freshness = api::Freshness{Duration::Hours(24)};
  return Object("View", file.name + "-v1", api::Write(spec));
}

// A name of a file may be as long as one of a stage alone.
std::string StageName(const std::string& verb, const InferredFile& file) {
  constexpr std::size_t kLongestStage = 40;
  return DerivedName({verb + "-" + file.name}, kLongestStage);
}

api::Stage LandStage(const InferredFile& file) {
  api::Stage stage;
  stage.name = StageName("land", file);
  stage.needs = std::vector<std::string>{};
  stage.work = api::LandStage{.from = api::FilesSource{"", file.path}, .into = file.name + "-landing"};
  return stage;
}

// The writer leaves empty lists out, but for a first stage of a branch `needs: []` is the point.
Json PipelineManifest(const StarterNames& names, const std::string& name, std::span<const InferredFile> files) {
  api::PipelineSpec spec;
  spec.purpose = "Bring " + Shortened(files[0].path) + (files.size() > 1 ? " and others into published tables." : " into a published table.");
  spec.owner.team = names.team;
  for (const InferredFile& file : files) {
    api::Stage accept, decode;
    accept.name = StageName("accept", file), accept.work = api::AcceptStage{file.name + "-landing", file.name + "-history"};
    decode.name = StageName("decode", file), decode.work = api::TransformStage{file.name + "-history", "", file.name};
    spec.stages.insert(spec.stages.end(), {LandStage(file), accept, decode});
  }
  for (const InferredFile& file : files) {
    api::Stage publish;
    publish.name = StageName("publish", file);
    publish.needs = std::vector<std::string>{StageName("decode", file)};
    publish.work = api::PublishStage{file.name + "-v1"};
    spec.stages.push_back(publish);
  }
  Json json = api::Write(spec);
  for (const char* defaulted : {"retry", "runHistory", "suspend"}) json.erase(defaulted);
  for (Json& stage : json["stages"]) {
    if (At(stage, "resources").empty()) stage.erase("resources");
    if (stage.contains("land")) stage["needs"] = Json::array();
  }
  return Object("Pipeline", name, std::move(json));
}

}  // namespace

std::string SuccessorsNote(const InferredFile& file) {
  return "the path " + file.path + " takes that file only; if others follow it, write path: " + Quoted(file.successors, kLongestPath) + " in stage " +
         StageName("land", file);
}

std::vector<Json> StarterManifests(const StarterNames& names, const std::vector<InferredFile>& files) {
  std::vector<Json> manifests;
  for (const InferredFile& file : files)
    for (const api::Zone zone : {api::Zone::Landing, api::Zone::RawHistory, api::Zone::Processed}) manifests.push_back(DatasetManifest(names, file, zone));
  for (const InferredFile& file : files) {
    manifests.push_back(ViewManifest(names, file));
    manifests.back()["spec"].erase("stability");
  }
  const bool several = files.size() > kFilesOfPipeline;
  for (std::size_t first = 0; first < files.size(); first += kFilesOfPipeline) {
    const std::string number = several ? "-" + std::to_string(first / kFilesOfPipeline + 1) : "";
    const auto some = std::span(files).subspan(first, std::min(kFilesOfPipeline, files.size() - first));
    manifests.push_back(PipelineManifest(names, DerivedName({"load-" + names.name + number}, kLongestPipeline), some));
  }
  return manifests;
}

std::string StarterText(const std::vector<Json>& manifests, const std::vector<InferredFile>& files) {
  std::string text =
      "# Generated by weir init. Edit it: set the owner, the purpose, columns that must have a value, and checks.\n"
      "# freshness of a View counts from the landing of its files, until eventTime of a Dataset names the column with the time of its events.\n";
  for (const InferredFile& file : files)
    if (!file.successors.empty()) text += "# " + OneLine(SuccessorsNote(file)) + "\n";
  for (std::size_t i = 0; i < manifests.size(); ++i) text += (i > 0 ? "---\n" : "") + YamlText(manifests[i]);
  return text;
}

}  // namespace weir::cli
