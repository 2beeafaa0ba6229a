// What is said of texts in encodings that no Dataset can declare, made by iconv of the C library.
#include "runner/formats/encoding/foreign_encoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iconv.h>

#include <random>

#include "runner/formats/encoding/encoding_evidence.h"

namespace weir::formats {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string Converted(const std::string& utf8, const std::string& encoding) {
  iconv_t way = iconv_open(encoding.c_str(), "UTF-8");
  EXPECT_NE(way, reinterpret_cast<iconv_t>(-1)) << encoding;
  std::string from = utf8, out(utf8.size() * 4 + 16, '\0');
  char* in = from.data();
  char* to = out.data();
  std::size_t left = from.size(), room = out.size();
  EXPECT_NE(iconv(way, &in, &left, &to, &room), static_cast<std::size_t>(-1)) << encoding << ": " << utf8;
  iconv(way, nullptr, nullptr, &to, &room);
  iconv_close(way);
  out.resize(out.size() - room);
  return out;
}

struct Language {
  const char* encoding;
  std::vector<std::string> words;
};

const std::vector<std::string> kJapanese{"東京都",   "新宿区",     "山田太郎", "株式会社", "カタカナ",       "ひらがな",
                                         "注文番号", "ありがとう", "サービス", "大阪市",   "会議の資料です", "テスト"};
const std::vector<std::string> kChinese{"北京市", "上海",         "中华人民共和国", "公司名称", "数据", "订单号",
                                        "客户",   "今天天气很好", "我们",           "电话号码", "地址", "产品"};
const std::vector<std::string> kTaiwanese{"台北市",       "高雄", "公司名稱", "資料", "訂單編號", "客戶",
                                          "今天天氣很好", "我們", "電話號碼", "地址", "產品",     "中山路"};
const std::vector<std::string> kKorean{"서울특별시", "부산",     "회사", "주문번호", "고객",   "오늘은 날씨가 좋다",
                                       "우리",       "전화번호", "주소", "제품",     "김철수", "데이터"};
const std::vector<std::string> kRussian{"Москва", "Санкт-Петербург", "заказ", "клиент", "сегодня хорошая погода", "телефон", "адрес", "товар",
                                        "Иванов", "количество",      "итого", "дата"};

const std::vector<Language> kLanguages{{"SHIFT_JIS", kJapanese}, {"EUC-JP", kJapanese},   {"ISO-2022-JP", kJapanese}, {"GB18030", kChinese},
                                       {"BIG5", kTaiwanese},     {"EUC-KR", kKorean},     {"WINDOWS-1251", kRussian}, {"KOI8-R", kRussian},
                                       {"IBM866", kRussian},     {"ISO-8859-5", kRussian}};

std::string TableOf(const std::vector<std::string>& words, std::mt19937& random, std::size_t rows) {
  std::string text = "id,name,note,amount\n";
  for (std::size_t i = 0; i < rows; ++i)
    text += std::to_string(i) + "," + words[random() % words.size()] + "," + (random() % 3 == 0 ? "plain" : words[random() % words.size()]) + "," +
            std::to_string(random() % 1000) + "\n";
  return text;
}

TEST(ForeignEncoding, IsNamedWithALineAndTheWayOutForTextsOfManyLanguages) {
  std::mt19937 random(3);
  for (int round = 0; round < 60; ++round)
    for (const auto& [encoding, words] : kLanguages) {
      const std::string text = TableOf(words, random, 12 + random() % 200);
      const auto found = FindEncoding(std::make_unique<PrefixedSource>(Converted(text, encoding)), "in/sales.csv");
      ASSERT_FALSE(found.ok()) << encoding << " is not taken: most rows have such text";
      EXPECT_EQ(found.error().reason, "FileUnreadable");
      EXPECT_THAT(found.error().message, AllOf(HasSubstr("line 2"), HasSubstr(std::string("iconv -f ") + encoding + " -t UTF-8 'in/sales.csv'"))) << text;
      EXPECT_EQ(FindEncoding(std::make_unique<PrefixedSource>(text), "a.csv")->note, "") << "the same as UTF-8";
    }
}

TEST(ForeignEncoding, InSomeLinesIsADoubtAndNeverWindows1252) {
  std::mt19937 random(4);
  for (int round = 0; round < 60; ++round)
    for (const auto& [encoding, words] : kLanguages) {
      if (std::string(encoding) == "ISO-2022-JP") continue;
      std::string text = Converted(TableOf(words, random, 30 + random() % 50), encoding);
      std::string plain;
      for (int i = 0; i < 200; ++i) plain += std::to_string(i) + ",Muller,plain,5\n";
      const auto found = FindEncoding(std::make_unique<PrefixedSource>(plain + text), "a.csv.gz");
      ASSERT_TRUE(found.ok()) << encoding;
      EXPECT_EQ(found->encoding, api::Encoding::Utf8) << encoding;
      EXPECT_THAT(found->note, AllOf(HasSubstr("line 202"), HasSubstr("will be quarantined"), HasSubstr("gzip -dc 'a.csv.gz' | iconv -f "))) << encoding;
    }
}

TEST(ForeignEncoding, IsNotSeenInWesternTexts) {
  std::mt19937 random(5);
  const std::vector<std::string> words{"Größe",     "Übergröße", "café au lait", "señor",   "naïve façade", "Åse",  "Öl",
                                       "København", "£5",        "“quoted”",     "déjà vu", "coração",      "plain"};
  for (int round = 0; round < 100; ++round) {
    const auto found = FindEncoding(std::make_unique<PrefixedSource>(Converted(TableOf(words, random, 10 + random() % 200), "WINDOWS-1252")), "a.csv");
    ASSERT_TRUE(found.ok()) << found.error().message;
    EXPECT_EQ(found->encoding, api::Encoding::Windows1252);
    EXPECT_THAT(found->note, HasSubstr("If that is wrong, convert the file to UTF-8 with iconv"));
  }
}

TEST(ForeignEncoding, OfAHeaderIsSeenThoughTheRowsAreAscii) {
  std::string rows;
  for (int i = 0; i < 500; ++i) rows += std::to_string(i) + ",5\n";
  const auto japanese = FindEncoding(std::make_unique<PrefixedSource>(Converted("注文番号です,合計の金額\n", "SHIFT_JIS") + rows), "a.csv");
  ASSERT_FALSE(japanese.ok());
  EXPECT_THAT(japanese.error().message, AllOf(HasSubstr("first in line 1"), HasSubstr("iconv -f SHIFT_JIS")));
  const auto german = FindEncoding(std::make_unique<PrefixedSource>("Gr\xF6\xDF"
                                                                    "e,Stra\xDF"
                                                                    "e\n" +
                                                                    rows),
                                   "a.csv");
  ASSERT_TRUE(german.ok());
  EXPECT_EQ(german->encoding, api::Encoding::Windows1252);
}

TEST(ForeignEncoding, Utf32IsNamedAndNotTakenForUtf16) {
  for (const std::string encoding : {"UTF-32LE", "UTF-32BE"}) {
    const auto found = FindEncoding(std::make_unique<PrefixedSource>(Converted("\xEF\xBB\xBFid,name\n1,a\n", encoding)), "a.csv");
    ASSERT_FALSE(found.ok()) << encoding;
    EXPECT_THAT(found.error().message, HasSubstr("iconv -f UTF-32"));
  }
}

// In pieces of any size the same is seen.
TEST(ForeignEncoding, DoesNotDependOnPieces) {
  std::mt19937 random(6);
  for (const auto& [encoding, words] : kLanguages) {
    const std::string text = Converted(TableOf(words, random, 40), encoding);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{1000}}) {
      EncodingEvidence evidence;
      for (std::size_t at = 0; at < text.size(); at += piece) evidence.Add(std::string_view(text).substr(at, piece));
      evidence.Finish();
      EXPECT_TRUE(evidence.IsMostlyForeign()) << encoding;
      EXPECT_THAT(evidence.ForeignNote("a.csv"), HasSubstr(encoding));
    }
  }
}

}  // namespace
}  // namespace weir::formats
