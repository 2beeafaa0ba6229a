#pragma once

#include <string>

#include "crds/schema/kinds.h"

namespace weir::schema {

// The whole CustomResourceDefinition. It bears the release and the hash of its schema as annotations.
Ordered Definition(const Kind& kind);

// definition_hashes.h: what the operator compares the definitions of a cluster with, without a schema of its own.
std::string HashesHeader();

// Block-style YAML of objects, lists and scalars, in the order given. Texts are quoted where YAML would read them as
// something else. Ends in a newline.
std::string ToYaml(const Ordered& value);

// The reference page of a kind, and the page of condition types and reasons; Markdown.
std::string ReferencePage(const Kind& kind);
std::string ConditionsPage();

// First lines of generated files.
std::string_view GeneratedNote();

}  // namespace weir::schema
