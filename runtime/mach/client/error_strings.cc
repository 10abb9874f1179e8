// Words for the results of Mach calls: their names, which is what one looks up.

#include <mach/mach.h>
#include <servers/bootstrap.h>

namespace {

struct Row {
  kern_return_t value;
  const char* name;
};

#define ROW(name) \
  { static_cast<kern_return_t>(name), #name }
constexpr Row kRows[] = {
    ROW(KERN_SUCCESS),
    ROW(KERN_INVALID_ADDRESS),
    ROW(KERN_PROTECTION_FAILURE),
    ROW(KERN_NO_SPACE),
    ROW(KERN_INVALID_ARGUMENT),
    ROW(KERN_FAILURE),
    ROW(KERN_RESOURCE_SHORTAGE),
    ROW(KERN_ALREADY_IN_SET),
    ROW(KERN_NOT_IN_SET),
    ROW(KERN_NAME_EXISTS),
    ROW(KERN_ABORTED),
    ROW(KERN_INVALID_NAME),
    ROW(KERN_INVALID_TASK),
    ROW(KERN_INVALID_RIGHT),
    ROW(KERN_INVALID_VALUE),
    ROW(KERN_UREFS_OVERFLOW),
    ROW(KERN_INVALID_CAPABILITY),
    ROW(KERN_RIGHT_EXISTS),
    ROW(KERN_INVALID_HOST),
    ROW(KERN_NOT_SUPPORTED),
    ROW(KERN_OPERATION_TIMED_OUT),
    ROW(MACH_SEND_INVALID_DATA),
    ROW(MACH_SEND_INVALID_DEST),
    ROW(MACH_SEND_TIMED_OUT),
    ROW(MACH_SEND_INVALID_VOUCHER),
    ROW(MACH_SEND_INTERRUPTED),
    ROW(MACH_SEND_MSG_TOO_SMALL),
    ROW(MACH_SEND_INVALID_REPLY),
    ROW(MACH_SEND_INVALID_RIGHT),
    ROW(MACH_SEND_INVALID_MEMORY),
    ROW(MACH_SEND_NO_BUFFER),
    ROW(MACH_SEND_TOO_LARGE),
    ROW(MACH_SEND_INVALID_TYPE),
    ROW(MACH_SEND_INVALID_HEADER),
    ROW(MACH_RCV_INVALID_NAME),
    ROW(MACH_RCV_TIMED_OUT),
    ROW(MACH_RCV_TOO_LARGE),
    ROW(MACH_RCV_INTERRUPTED),
    ROW(MACH_RCV_PORT_CHANGED),
    ROW(MACH_RCV_PORT_DIED),
    ROW(MACH_RCV_HEADER_ERROR),
    ROW(MACH_RCV_BODY_ERROR),
    ROW(BOOTSTRAP_NOT_PRIVILEGED),
    ROW(BOOTSTRAP_NAME_IN_USE),
    ROW(BOOTSTRAP_UNKNOWN_SERVICE),
    ROW(BOOTSTRAP_SERVICE_ACTIVE),
    ROW(BOOTSTRAP_NO_MEMORY),
};
#undef ROW

}  // namespace

char* mach_error_string(kern_return_t error) {
  for (const Row& row : kRows) {
    // The type is Darwin's; nobody writes there.
    if (row.value == error || row.value == (error & ~MACH_MSG_MASK)) {
      return const_cast<char*>(row.name);
    }
  }
  return const_cast<char*>("unknown Mach error");
}
