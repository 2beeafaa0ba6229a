#include "runner/storage/s3/s3_xml.h"

#include <gtest/gtest.h>

namespace weir::storage {
namespace {

// Found by the fuzzer: half of a surrogate pair became bytes that are not UTF-8.
TEST(XmlText, ResolvesReferencesToUtf8AndNothingElse) {
  EXPECT_EQ(XmlText("<Key>a&amp;b&#228;&#x20AC;&#x1F642;</Key>", "Key"), "a&b\xC3\xA4\xE2\x82\xAC\xF0\x9F\x99\x82");
  for (const char* none : {"&#xD800;", "&#xDFFF;", "&#x110000;", "&#99999999999999999999;", "&nbsp;"})
    EXPECT_EQ(XmlText("<Key>a" + std::string(none) + "b</Key>", "Key"), "ab") << none;
}

}  // namespace
}  // namespace weir::storage
