#include "runtime/mach/rights.h"

#include "absl/strings/str_cat.h"

namespace ipdl::mach {

absl::Status ToStatus(const char* call, kern_return_t result) {
  if (result == KERN_SUCCESS) return absl::OkStatus();
  const std::string text = absl::StrCat(call, ": ", mach_error_string(result));
  switch (result) {
    case KERN_NO_SPACE:
    case KERN_RESOURCE_SHORTAGE:
      return absl::ResourceExhaustedError(text);
    case KERN_INVALID_NAME:
    case KERN_INVALID_RIGHT:
    case KERN_INVALID_CAPABILITY:
      return absl::FailedPreconditionError(text);
    default:
      return absl::InternalError(text);
  }
}

namespace internal {

void DropReference(mach_port_t name) { mach_port_deallocate(mach_task_self(), name); }
void DropReceive(mach_port_t name) {
  mach_port_mod_refs(mach_task_self(), name, MACH_PORT_RIGHT_RECEIVE, -1);
}
void DropSet(mach_port_t name) {
  mach_port_mod_refs(mach_task_self(), name, MACH_PORT_RIGHT_PORT_SET, -1);
}

}  // namespace internal

absl::StatusOr<SendRight> SendRight::Copy() const {
  const kern_return_t result = mach_port_mod_refs(mach_task_self(), get(), MACH_PORT_RIGHT_SEND, 1);
  if (result != KERN_SUCCESS) return ToStatus("mach_port_mod_refs", result);
  return SendRight(get());
}

absl::StatusOr<ReceiveRight> ReceiveRight::Create(uint32_t queue_limit) {
  mach_port_options_t options = {};
  options.flags = MPO_QLIMIT;
  options.mpl.mpl_qlimit = queue_limit;
  mach_port_t name = MACH_PORT_NULL;
  const kern_return_t result = mach_port_construct(mach_task_self(), &options, 0, &name);
  if (result != KERN_SUCCESS) return ToStatus("mach_port_construct", result);
  return ReceiveRight(name);
}

SendRight ReceiveRight::MakeSend() const {
  const kern_return_t result =
      mach_port_insert_right(mach_task_self(), get(), get(), MACH_MSG_TYPE_MAKE_SEND);
  return result == KERN_SUCCESS ? SendRight(get()) : SendRight();
}

SendOnceRight ReceiveRight::MakeSendOnce() const {
  mach_port_t name = MACH_PORT_NULL;
  mach_msg_type_name_t type = 0;
  const kern_return_t result =
      mach_port_extract_right(mach_task_self(), get(), MACH_MSG_TYPE_MAKE_SEND_ONCE, &name, &type);
  return result == KERN_SUCCESS ? SendOnceRight(name) : SendOnceRight();
}

absl::Status ReceiveRight::SetQueueLimit(uint32_t limit) const {
  mach_port_limits_t limits = {limit};
  return ToStatus("mach_port_set_attributes",
                  mach_port_set_attributes(mach_task_self(), get(), MACH_PORT_LIMITS_INFO,
                                           reinterpret_cast<mach_port_info_t>(&limits),
                                           MACH_PORT_LIMITS_INFO_COUNT));
}

absl::StatusOr<PortSet> PortSet::Create() {
  mach_port_t name = MACH_PORT_NULL;
  const kern_return_t result =
      mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &name);
  if (result != KERN_SUCCESS) return ToStatus("mach_port_allocate", result);
  return PortSet(name);
}

absl::Status PortSet::Add(const ReceiveRight& member) const {
  return ToStatus("mach_port_insert_member",
                  mach_port_insert_member(mach_task_self(), member.get(), get()));
}

absl::Status PortSet::Remove(const ReceiveRight& member) const {
  return ToStatus("mach_port_extract_member",
                  mach_port_extract_member(mach_task_self(), member.get(), get()));
}

}  // namespace ipdl::mach
