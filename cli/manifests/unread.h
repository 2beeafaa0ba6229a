#pragma once

#include <set>
#include <string>
#include <string_view>

#include "cli/manifests/declared.h"

namespace weir::cli {

// Objects with Schema findings are read partially, so that one command reports as many findings as possible. These functions
// return which parts of such an object can be checked, so that no finding is only a consequence of another one.

// Whether one of the fields is the one at `path`, contains it or is inside of it.
bool Touches(const std::vector<std::string>& unread, std::string_view path);

// Whether other objects can be judged by this one: everything that they and their SQL rely on was read.
bool IsSound(const Declared& declared, const Declaration<api::Lake>& lake);
bool IsSound(const Declared& declared, const Declaration<api::Dataset>& dataset);
bool IsSound(const Declared& declared, const Declaration<api::View>& view);

// Whether a finding of the object's own rules at `path` does not depend on what was not read.
bool CanJudge(const Declared& declared, const Declaration<api::Lake>& lake, std::string_view path);
bool CanJudge(const Declared& declared, const Declaration<api::Dataset>& dataset, std::string_view path);
bool CanJudge(const Declared& declared, const Declaration<api::View>& view, std::string_view path);
bool CanJudge(const Declared& declared, const Declaration<api::Pipeline>& pipeline, std::string_view path);
// Whether the contract of the View was read as a whole.
bool CanJudgeContract(const Declared& declared, const Declaration<api::View>& view);

// Tables, as "namespace/table", of which only the name is known: no SQL that may read them can be bound. Columns of a type
// that another system has a name for are taken as meant.
std::set<std::string> DoubtfulTables(const Manifests& manifests, const Declared& declared);
// Namespaces whose Lake is known only by name: stores and locations cannot be checked.
std::set<std::string> DoubtfulLakes(const Declared& declared);

}  // namespace weir::cli
