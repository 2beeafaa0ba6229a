#include "crds/contract/row_functions.h"

#include <algorithm>

namespace weir::contract {

bool IsRowFunction(std::string_view word) { return std::binary_search(kRowFunctions.begin(), kRowFunctions.end(), word); }

}  // namespace weir::contract
