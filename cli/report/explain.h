#pragma once

#include <string>
#include <vector>

#include "cli/lake/world.h"
#include "crds/base/time.h"

namespace weir::cli {

struct ExplainOptions {
  std::string kind;       // run, pipeline, view or dataset, "KIND/NAME" included
  std::string name;       // of a run: may be empty with kind "run": the newest
  std::size_t rows = 20;  // quarantined rows to show, and files, of each stage or table
};

// Why did it fail, why is it late, where did the rows go. For a run: every stage with its attempts, reason and ledger,
// and the quarantined rows; for a pipeline: why it is not ready, and its newest run; for a dataset or view: how
// old its data are against the limit, the newest runs of the pipelines behind it, the rows that it misses, and the versions that it was
// made of.
Exit Explain(const Terminal& terminal, const World& world, ExplainOptions options, Time now);

// The parts of the report as JSON, from which the text form is printed. Missing objects are errors.
Result<Json> RunReport(const World& world, const std::string& name, std::size_t rows);
Result<Json> TableReport(const World& world, const api::Resource& resource, const std::string& name, std::size_t rows, Time now);
Result<Json> PipelineReport(const World& world, const std::string& name, std::size_t rows);

// "stage: there is no file to land: ..." for each stage of a run report that landed nothing because nothing was there, though it
// succeeded.
std::vector<std::string> LandedNothing(const Json& stages);

// Messages printed so far, to print each once: several conditions, stages and objects repeat the message of one failure.
class PrintedMessages {
 public:
  // Adds the message. True when no earlier message contains it or its cause, the part after its first colon.
  bool IsNewMessage(const std::string& message);

 private:
  std::vector<std::string> told_;
};

// Information about the stages of a run that needs no action, a line each.
void PrintNotes(const Terminal& terminal, const Json& stages, const std::string& indent);

void PrintRunReport(const Terminal& terminal, const Json& report, PrintedMessages told = {});
void PrintTableReport(const Terminal& terminal, const Json& report);
void PrintPipelineReport(const Terminal& terminal, const Json& report);

// "  Ready=False Stalled: message" for each condition; a message that was printed before is left out.
void PrintConditions(const Terminal& terminal, const Json& conditions, PrintedMessages& told);

}  // namespace weir::cli
