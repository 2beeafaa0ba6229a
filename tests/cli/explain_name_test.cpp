// A name without its kind, and what the server is asked about it.
#include <gmock/gmock.h>

#include <sstream>

#include "cli/report/explain.h"

namespace weir::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// A server that gives each GET the same answer.
class Server final : public kube::ClusterApi {
 public:
  explicit Server(Result<Json> answer) : answer_(std::move(answer)) {}
  Result<Json> Get(const kube::ObjectRef& ref) override {
    asked.push_back(std::string(ref.resource.plural) + "/" + ref.name);
    return answer_;
  }
  Result<std::string> ListInto(const kube::Selection&, const kube::ListSink&) override { return Unexpected(); }
  Result<Json> Create(const kube::ObjectRef&, const Json&) override { return Unexpected(); }
  Result<Json> Patch(const kube::ObjectRef&, kube::PatchType, kube::Subresource, const Json&) override { return Unexpected(); }
  Status Delete(const kube::ObjectRef&, const std::string&) override { return Unexpected(); }
  Result<kube::WatchEnd> Watch(const kube::Selection&, const std::string&, const std::function<void(kube::WatchEvent&&)>&, const kube::StopToken&) override {
    return Unexpected();
  }

  std::vector<std::string> asked;

 private:
  static Error Unexpected() { return {Fault::Bug, "Unexpected", "only GET is expected"}; }
  const Result<Json> answer_;
};

struct Explained {
  std::string err;
  std::vector<std::string> asked;
};

Explained ExplainName(const std::string& name, Result<Json> answer) {
  const auto server = std::make_shared<Server>(std::move(answer));
  std::ostringstream out, err;
  EXPECT_EQ(Explain({out, err}, {server, "default", ""}, {name, ""}, Time()), Exit::Usage);
  EXPECT_THAT(err.str(), HasSubstr("explain needs KIND/NAME"));
  return {err.str(), server->asked};
}

TEST(ExplainName, IsSuggestedWithTheKindsThatHaveIt) {
  EXPECT_THAT(ExplainName("orders", Json::object()).err, HasSubstr("did you mean dataset/orders or view/orders or "));
}

TEST(ExplainName, AsksAServerThatDoesNotAnswerOnce) {
  const Explained explained = ExplainName("orders", Error{Fault::Transient, "Unreachable", "no route"});
  EXPECT_EQ(explained.asked.size(), 1U);
  EXPECT_THAT(explained.err, Not(HasSubstr("did you mean")));
}

TEST(ExplainName, ThatNoObjectCanHaveIsNotAskedFor) {
  for (const char* name : {"", "..", "A b", "x?y"}) EXPECT_THAT(ExplainName(name, Json::object()).asked, IsEmpty()) << name;
}

}  // namespace
}  // namespace weir::cli
