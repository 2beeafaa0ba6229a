#pragma once

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

namespace weir::test {

// While this lives, the permissions of files hold for this thread, also where it is root's.
class ObeyedPermissions {
 public:
  ObeyedPermissions() {
    ::syscall(SYS_capget, &header_, before_.data());
    auto without = before_;
    without[0].effective &= ~((1U << CAP_DAC_OVERRIDE) | (1U << CAP_DAC_READ_SEARCH));
    ::syscall(SYS_capset, &header_, without.data());
  }
  ~ObeyedPermissions() { ::syscall(SYS_capset, &header_, before_.data()); }
  ObeyedPermissions(const ObeyedPermissions&) = delete;
  ObeyedPermissions& operator=(const ObeyedPermissions&) = delete;

 private:
  __user_cap_header_struct header_{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> before_{};
};

}  // namespace weir::test
