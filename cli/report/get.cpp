#include "cli/report/get.h"

#include <algorithm>

#include "cli/manifests/manifests.h"
#include "cli/manifests/yaml_text.h"
#include "cli/report/cells.h"
#include "cli/screen/text_table.h"
#include "crds/schema/kinds.h"

namespace weir::cli {
namespace {

enum class Names { Plain, WithKind };

const schema::Kind& KindOf(const api::Resource& resource) {
  return *std::find_if(schema::Kinds().begin(), schema::Kinds().end(), [&](const schema::Kind& kind) { return kind.resource == resource; });
}

void PrintTable(const Terminal& terminal, const api::Resource& resource, const std::vector<Json>& items, const GetOptions& options, Names names, Time now) {
  const bool all = options.namespaces == GetOptions::Namespaces::All;
  const schema::Kind& kind = KindOf(resource);
  std::vector<schema::PrinterColumn> shown;
  std::copy_if(kind.columns.begin(), kind.columns.end(), std::back_inserter(shown),
               [&](const auto& column) { return options.columns == GetOptions::Columns::Wide || column.width == schema::Width::Always; });
  TextTable table{{"NAME"}, {}, {false}, {true}};
  if (all) table.header.insert(table.header.begin(), "NAMESPACE"), table.right.push_back(false), table.byEnd = {false, true};
  for (const auto& column : shown) table.header.emplace_back(column.name), table.right.push_back(column.type == "integer");
  for (const Json& item : items) {
    std::string name = Text(At(item, "metadata"), "name");
    if (names == Names::WithKind) name = std::string(resource.plural.substr(0, resource.plural.size() - 1)) + "." + std::string(api::kGroup) + "/" + name;
    table.rows.push_back({name});
    if (all) table.rows.back().insert(table.rows.back().begin(), Text(At(item, "metadata"), "namespace"));
    for (const auto& column : shown) table.rows.back().push_back(Cell(Follow(item, column.path), column.type, now));
  }
  Print(terminal, table);
}

Result<std::vector<Json>> Fetch(const World& world, const api::Resource& resource, const GetOptions& options) {
  if (options.name.empty()) {
    auto listing = world.cluster->List({resource, options.namespaces == GetOptions::Namespaces::All ? "" : world.ns, ""});
    if (!listing) return listing.error();
    return std::move(listing->items);
  }
  auto object = world.cluster->Get({resource, world.ns, options.name});
  if (!object && object.error().fault == Fault::Missing) return NoSuchObject(*world.cluster, resource, world.ns, options.name);
  if (!object) return object.error();
  return std::vector<Json>{std::move(*object)};
}

// kubectl takes lists of kinds, and `all`.
std::string UnknownKind(const std::string& kind) {
  const std::string kinds = "lakes, datasets, views, pipelines or pipelineruns (wkl, wkd, wkv, wkp, wkr)";
  if (kind == "all" || kind.find(',') != std::string::npos) return "\"" + kind + "\" is not one kind: give one of " + kinds + ", or no kind for all of them";
  return "unknown kind \"" + kind + "\": " + kinds;
}

void PrintObjects(const Terminal& terminal, const std::vector<Json>& objects, const std::string& name) {
  const Json value = !name.empty() && objects.size() == 1 ? objects[0] : Json{{"apiVersion", "v1"}, {"kind", "List"}, {"items", objects}};
  terminal.out << (terminal.format == OutputFormat::Yaml ? YamlText(value) : JsonText(value) + "\n");
}

}  // namespace

Exit Get(const Terminal& terminal, const World& world, GetOptions options, Time now) {
  if (const Status split = SplitKind(options.kind, options.name); !split) return Complain(terminal, split.error(), Exit::Usage);
  const api::Resource* only = FindKind(options.kind);
  if (only == nullptr && !options.kind.empty()) return Complain(terminal, {Fault::Invalid, "Usage", UnknownKind(options.kind)}, Exit::Usage);
  if (!options.name.empty() && options.namespaces == GetOptions::Namespaces::All)
    return Complain(terminal, {Fault::Invalid, "Usage", "a name is of one namespace: give -n instead of -A, or no name"}, Exit::Usage);
  std::vector<Json> all;
  std::size_t tables = 0;
  for (const api::Resource& resource : api::kOurKinds) {
    if (only != nullptr && !(*only == resource)) continue;
    const auto items = Fetch(world, resource, options);
    if (!items) return Complain(terminal, items.error());
    all.insert(all.end(), items->begin(), items->end());
    if (terminal.format != OutputFormat::Table || items->empty()) continue;
    if (tables++ > 0) terminal.out << "\n";
    PrintTable(terminal, resource, *items, options, only == nullptr ? Names::WithKind : Names::Plain, now);
  }
  if (terminal.format != OutputFormat::Table)
    PrintObjects(terminal, all, options.name);
  else if (all.empty())
    terminal.err << "No objects found" << (options.namespaces == GetOptions::Namespaces::All ? "" : " in namespace " + world.ns) << ".\n";
  return Exit::Ok;
}

}  // namespace weir::cli
