#include "operator/local/quantity.h"

#include <gtest/gtest.h>

namespace weir::local {
namespace {

TEST(Quantity, IsReadInThousandths) {
  EXPECT_EQ(QuantityMillis("2"), 2000);
  EXPECT_EQ(QuantityMillis("500m"), 500);
  EXPECT_EQ(QuantityMillis("1.5"), 1500);
  EXPECT_EQ(QuantityMillis("64Mi"), 67'108'864'000);
  EXPECT_EQ(QuantityMillis("1.5G"), 1'500'000'000'000);
  EXPECT_EQ(QuantityMillis("4Ti"), 4'398'046'511'104'000);
}

TEST(Quantity, WhatIsNoneIsNothing) {
  for (const char* text : {"", "Mi", "x", "1 Mi", "-1", "1e3", "1..2", "1.2.3", "99999999999Ti"}) EXPECT_FALSE(QuantityMillis(text).has_value()) << text;
}

}  // namespace
}  // namespace weir::local
