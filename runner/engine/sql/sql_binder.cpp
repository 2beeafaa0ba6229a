#include "runner/engine/sql/sql_binder.h"

#include "runner/engine/sql/bind.h"
#include "runner/engine/sql/sql.h"

namespace weir::engine {
namespace {

class DuckDbBinder final : public SqlBinder {
 public:
  explicit DuckDbBinder(std::unique_ptr<Session> session) : session_(std::move(session)) {}

  Status Declare(const std::string& table, const std::vector<api::Column>& columns) override {
    if (columns.empty()) return Error{Fault::Invalid, "SchemaMismatch", "table " + table + " declares no columns"};
    const auto made = made_.find(table);
    if (made == made_.end() || made->second != columns) {
      Status done = session_->Execute("CREATE OR REPLACE TABLE declared." + Quote(table) + " (" + ColumnDefinitions(columns) + ")");
      if (!done.ok()) return done;
      made_[table] = columns;
    }
    declared_[table] = columns;
    return Ok();
  }

  void Forget() override { declared_.clear(); }

  Result<CheckedQuery> Check(const std::string& sql, const std::vector<api::Column>& columns) override {
    auto bound = BindSelect(*session_, sql, declared_);
    if (!bound.ok()) return bound.error();
    CheckedQuery checked{std::move(bound->tables), CheckRepeatable(*bound), std::move(bound->orderWarnings)};
    if (checked.fits.ok()) checked.fits = MatchColumns(*bound, columns);
    return checked;
  }

 private:
  std::unique_ptr<Session> session_;
  DeclaredTables declared_;  // that SQL may name
  DeclaredTables made_;      // that exist, empty
};

}  // namespace

Result<std::unique_ptr<SqlBinder>> MakeSqlBinder(const Limits& limits) {
  auto session = Session::Open(limits);
  if (!session.ok()) return session.error();
  return std::unique_ptr<SqlBinder>(std::make_unique<DuckDbBinder>(std::move(session).value()));
}

}  // namespace weir::engine
