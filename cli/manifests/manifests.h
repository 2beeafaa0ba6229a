#pragma once

#include <istream>
#include <memory>
#include <string>
#include <vector>

#include "cli/manifests/finding.h"
#include "crds/api/kubernetes/meta.h"
#include "crds/base/json.h"
#include "crds/base/yaml.h"

namespace weir::cli {

// One object as a file declares it, and where each of its fields is.
struct Manifest {
  std::string file;
  int line = 1;
  std::string prefix;                      // path of the object inside its document: "" or "items[3]." for a member of a List
  std::shared_ptr<const YamlLines> lines;  // of the document; absent for what was read from no file
  const api::Resource* resource = nullptr;
  Json object;  // metadata.namespace is filled in

  // Line of the field, or of the nearest thing around it that is in the file.
  int LineOf(const std::string& path) const;
  std::string Name() const { return Text(At(object, "metadata"), "name"); }
  std::string Namespace() const { return Text(At(object, "metadata"), "namespace"); }
  std::string Label() const { return std::string(resource->kind) + "/" + Name(); }
  Finding Problem(std::string field, std::string rule, std::string message) const;
};

struct Manifests {
  std::vector<Manifest> objects;
  Findings findings;                 // what could not be read at all
  std::vector<std::string> refused;  // "namespace/name" of documents that name an object whose kind is not known
  bool incomplete = false;           // a file could not be read, so its objects are unknown
  std::size_t foreign = 0;           // what is for others: documents of other API groups, and files of a folder that hold no object
};

// Reads every path: a file, a folder (its .yaml, .yml and .json files, not those of folders inside) or "-" for `in`. A List
// is taken apart. What a folder holds beside objects (a kustomization, values of a chart, rows of JSON) is left alone.
// Never fails as a whole: what is wrong is in `findings`. Objects without a namespace get `ns`.
Manifests LoadManifests(const std::vector<std::string>& paths, const std::string& ns, std::istream& in);

// The kind of ours with that name in any of the ways kubectl takes: Dataset, datasets, dataset, wkd. Null if none.
// "run" is short for pipelinerun.
const api::Resource* FindKind(const std::string& word);

// Takes "KIND/NAME" in `kind` apart. Fault::Invalid "Usage" when it holds a name and another one is given in `name`.
Status SplitKind(std::string& kind, std::string& name);

}  // namespace weir::cli
