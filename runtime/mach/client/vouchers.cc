// Vouchers on Linux: making and reading them, and the calling thread's own. See <mach/mach.h>.

#include <mach/mach.h>
#include <mach/mach_voucher.h>

#include <algorithm>
#include <utility>

#include "runtime/mach/client/session.h"

using ipdl::mach::About;
using ipdl::mach::Call;
using ipdl::mach::kNoKernel;
using ipdl::mach::Question;
using ipdl::mach::Reply;

namespace {

// The thread's voucher: a send right that it owns, or null.
thread_local mach_voucher_t current = MACH_VOUCHER_NULL;

void Release(mach_voucher_t voucher) {
  if (MACH_PORT_VALID(voucher)) mach_port_deallocate(mach_task_self(), voucher);
}

void SetVoucher(mach_msg_header_t* msg, mach_voucher_t voucher, mach_msg_type_name_t type) {
  msg->msgh_voucher_port = voucher;
  msg->msgh_bits = (msg->msgh_bits & ~MACH_MSGH_BITS_VOUCHER_MASK) | (type << 16);
}

}  // namespace

kern_return_t host_create_mach_voucher(host_t host, mach_voucher_attr_raw_recipe_array_t recipes,
                                       mach_msg_type_number_t recipes_size,
                                       ipc_voucher_t* voucher) {
  Question question = About(Call::kCreateVoucher, mach_task_self(), host);
  question.payload.assign(reinterpret_cast<const char*>(recipes), recipes_size);
  return ipdl::mach::AskForName(question, voucher);
}

kern_return_t mach_voucher_extract_attr_recipe(ipc_voucher_t voucher, mach_voucher_attr_key_t key,
                                               mach_voucher_attr_raw_recipe_t recipe,
                                               mach_msg_type_number_t* recipe_size) {
  Question question = About(Call::kExtractVoucher, mach_task_self(), voucher);
  question.head.kind = key;
  Reply reply;
  if (!Ask(question, &reply)) return kNoKernel;
  if (reply.head.result != KERN_SUCCESS) return reply.head.result;
  if (reply.payload.size() > *recipe_size) return KERN_NO_SPACE;
  std::copy(reply.payload.begin(), reply.payload.end(), recipe);
  *recipe_size = static_cast<mach_msg_type_number_t>(reply.payload.size());
  return KERN_SUCCESS;
}

boolean_t voucher_mach_msg_set(mach_msg_header_t* msg) {
  if (current == MACH_VOUCHER_NULL || MACH_MSGH_BITS_VOUCHER(msg->msgh_bits) != 0) return FALSE;
  SetVoucher(msg, current, MACH_MSG_TYPE_COPY_SEND);
  return TRUE;
}

void voucher_mach_msg_clear(mach_msg_header_t* msg) {
  // A message that was handed back holds a reference of its own.
  if (MACH_MSGH_BITS_VOUCHER(msg->msgh_bits) == MACH_MSG_TYPE_MOVE_SEND) {
    Release(msg->msgh_voucher_port);
  }
  SetVoucher(msg, MACH_VOUCHER_NULL, 0);
}

voucher_mach_msg_state_t voucher_mach_msg_adopt(mach_msg_header_t* msg) {
  mach_voucher_t adopted = MACH_VOUCHER_NULL;
  if (MACH_MSGH_BITS_VOUCHER(msg->msgh_bits) == MACH_MSG_TYPE_MOVE_SEND) {
    adopted = msg->msgh_voucher_port;
    SetVoucher(msg, MACH_VOUCHER_NULL, 0);
  }
  const mach_voucher_t before = std::exchange(current, adopted);
  // Only a value in the shape that Darwin gave it; nobody follows it.
  return reinterpret_cast<voucher_mach_msg_state_t>(  // NOLINT(performance-no-int-to-ptr)
      static_cast<uintptr_t>(before));
}

void voucher_mach_msg_revert(voucher_mach_msg_state_t state) {
  if (state == VOUCHER_MACH_MSG_STATE_UNCHANGED) return;
  const auto before = static_cast<mach_voucher_t>(reinterpret_cast<uintptr_t>(state));
  Release(std::exchange(current, before));
}
