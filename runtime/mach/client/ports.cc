// The mach_port_ calls on Linux, each a question to machd. See <mach/mach_port.h>.

#include <mach/mach.h>

#include <algorithm>
#include <cstring>

#include "runtime/mach/client/memory.h"
#include "runtime/mach/client/session.h"

namespace {

using ipdl::mach::About;
using ipdl::mach::AskForName;
using ipdl::mach::AskForResult;
using ipdl::mach::Call;
using ipdl::mach::kNoKernel;
using ipdl::mach::Question;
using ipdl::mach::Reply;

// New memory with `count` words of the payload from `at` on.
template <typename T>
kern_return_t CopyWords(const Reply& reply, size_t at, size_t count, T** words) {
  *words = nullptr;
  if (count == 0) return KERN_SUCCESS;
  if (reply.payload.size() < at + count * sizeof(T)) return kNoKernel;
  *words = static_cast<T*>(ipdl::mach::AllocateRegion(count * sizeof(T)));
  if (*words == nullptr) return KERN_RESOURCE_SHORTAGE;
  std::memcpy(*words, reply.payload.data() + at, count * sizeof(T));
  return KERN_SUCCESS;
}

}  // namespace

mach_port_t mach_task_self() { return ipdl::mach::GetOwnNames().self; }
mach_port_t mach_host_self() { return ipdl::mach::GetOwnNames().host; }
mach_port_t* ipdl_mach_bootstrap_port() { return ipdl::mach::BootstrapVariable(); }

mach_port_t mach_reply_port() {
  mach_port_t name = MACH_PORT_NULL;
  mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &name);
  return name;
}

kern_return_t mach_port_allocate(ipc_space_t task, mach_port_right_t right,
                                 mach_port_name_t* name) {
  Question question = About(Call::kAllocate, task);
  question.head.other = right;
  return AskForName(question, name);
}

kern_return_t mach_port_allocate_name(ipc_space_t task, mach_port_right_t right,
                                      mach_port_name_t name) {
  if (!MACH_PORT_VALID(name)) return KERN_INVALID_VALUE;
  Question question = About(Call::kAllocate, task, name);
  question.head.other = right;
  return AskForResult(question);
}

kern_return_t mach_port_construct(ipc_space_t task, mach_port_options_ptr_t options,
                                  mach_port_context_t context, mach_port_name_t* name) {
  Question question = About(Call::kConstruct, task);
  question.head.kind = options->flags;
  question.head.other = options->mpl.mpl_qlimit;
  question.head.value = context;
  return AskForName(question, name);
}

kern_return_t mach_port_destruct(ipc_space_t task, mach_port_name_t name, mach_port_delta_t srdelta,
                                 mach_port_context_t guard) {
  Question question = About(Call::kDestruct, task, name);
  question.head.number = srdelta;
  question.head.value = guard;
  return AskForResult(question);
}

kern_return_t mach_port_destroy(ipc_space_t task, mach_port_name_t name) {
  Question question = About(Call::kDestroy, task, name);
  return AskForResult(question);
}

kern_return_t mach_port_deallocate(ipc_space_t task, mach_port_name_t name) {
  Question question = About(Call::kDeallocate, task, name);
  return AskForResult(question);
}

kern_return_t mach_port_mod_refs(ipc_space_t task, mach_port_name_t name, mach_port_right_t right,
                                 mach_port_delta_t delta) {
  Question question = About(Call::kModRefs, task, name);
  question.head.other = right;
  question.head.number = delta;
  return AskForResult(question);
}

kern_return_t mach_port_get_refs(ipc_space_t task, mach_port_name_t name, mach_port_right_t right,
                                 mach_port_urefs_t* refs) {
  Question question = About(Call::kGetRefs, task, name);
  question.head.other = right;
  Reply reply;
  if (!Ask(question, &reply)) return kNoKernel;
  *refs = static_cast<mach_port_urefs_t>(reply.head.value);
  return reply.head.result;
}

kern_return_t mach_port_type(ipc_space_t task, mach_port_name_t name, mach_port_type_t* ptype) {
  Question question = About(Call::kType, task, name);
  Reply reply;
  if (!Ask(question, &reply)) return kNoKernel;
  *ptype = reply.head.kind;
  return reply.head.result;
}

kern_return_t mach_port_names(ipc_space_t task, mach_port_name_array_t* names,
                              mach_msg_type_number_t* namesCnt, mach_port_type_array_t* types,
                              mach_msg_type_number_t* typesCnt) {
  Question question = About(Call::kNames, task);
  Reply reply;
  if (!Ask(question, &reply)) return kNoKernel;
  if (reply.head.result != KERN_SUCCESS) return reply.head.result;
  const auto count = static_cast<size_t>(reply.head.value);
  const size_t half = count * sizeof(mach_port_name_t);
  kern_return_t result = CopyWords(reply, 0, count, names);
  if (result != KERN_SUCCESS) return result;
  result = CopyWords(reply, half, count, types);
  if (result != KERN_SUCCESS) {
    ipdl::mach::DeallocateRegion(*names, half);
    return result;
  }
  *namesCnt = *typesCnt = static_cast<mach_msg_type_number_t>(count);
  return KERN_SUCCESS;
}

kern_return_t mach_port_insert_right(ipc_space_t task, mach_port_name_t name, mach_port_t poly,
                                     mach_msg_type_name_t polyPoly) {
  Question question = About(Call::kInsertRight, task, name);
  question.head.other = poly;
  question.head.kind = polyPoly;
  return AskForResult(question);
}

kern_return_t mach_port_extract_right(ipc_space_t task, mach_port_name_t name,
                                      mach_msg_type_name_t msgt_name, mach_port_t* poly,
                                      mach_msg_type_name_t* polyPoly) {
  Question question = About(Call::kExtractRight, task, name);
  question.head.kind = msgt_name;
  Reply reply;
  if (!Ask(question, &reply)) return kNoKernel;
  if (reply.head.result == KERN_SUCCESS) {
    *poly = reply.head.name;
    *polyPoly = reply.head.kind;
  }
  return reply.head.result;
}

kern_return_t mach_port_get_attributes(ipc_space_t task, mach_port_name_t name,
                                       mach_port_flavor_t flavor, mach_port_info_t port_info_out,
                                       mach_msg_type_number_t* port_info_outCnt) {
  mach_msg_type_number_t needed = 0;
  if (flavor == MACH_PORT_LIMITS_INFO) needed = MACH_PORT_LIMITS_INFO_COUNT;
  if (flavor == MACH_PORT_RECEIVE_STATUS) needed = MACH_PORT_RECEIVE_STATUS_COUNT;
  if (needed == 0) return KERN_INVALID_ARGUMENT;
  if (*port_info_outCnt < needed) return KERN_FAILURE;
  Question question = About(Call::kGetStatus, task, name);
  Reply reply;
  if (!Ask(question, &reply)) return kNoKernel;
  if (reply.head.result != KERN_SUCCESS) return reply.head.result;
  mach_port_status_t status;
  if (reply.payload.size() != sizeof(status)) return kNoKernel;
  std::memcpy(&status, reply.payload.data(), sizeof(status));
  if (flavor == MACH_PORT_LIMITS_INFO) {
    const mach_port_limits_t limits = {status.mps_qlimit};
    std::memcpy(port_info_out, &limits, sizeof(limits));
  } else {
    std::memcpy(port_info_out, &status, sizeof(status));
  }
  *port_info_outCnt = needed;
  return KERN_SUCCESS;
}

kern_return_t mach_port_set_attributes(ipc_space_t task, mach_port_name_t name,
                                       mach_port_flavor_t flavor, mach_port_info_t port_info,
                                       mach_msg_type_number_t port_infoCnt) {
  if (flavor == MACH_PORT_IMPORTANCE_RECEIVER || flavor == MACH_PORT_DENAP_RECEIVER) {
    Question question = About(Call::kSetImportance, task, name);
    return AskForResult(question);
  }
  if (flavor != MACH_PORT_LIMITS_INFO) return KERN_INVALID_ARGUMENT;
  if (port_infoCnt < MACH_PORT_LIMITS_INFO_COUNT) return KERN_FAILURE;
  mach_port_limits_t limits;
  std::memcpy(&limits, port_info, sizeof(limits));
  Question question = About(Call::kSetLimit, task, name);
  question.head.value = limits.mpl_qlimit;
  return AskForResult(question);
}

kern_return_t mach_port_set_mscount(ipc_space_t task, mach_port_name_t name,
                                    mach_port_mscount_t mscount) {
  Question question = About(Call::kSetMakeSendCount, task, name);
  question.head.value = mscount;
  return AskForResult(question);
}

kern_return_t mach_port_get_context(ipc_space_t task, mach_port_name_t name,
                                    mach_port_context_t* context) {
  Question question = About(Call::kGetContext, task, name);
  Reply reply;
  if (!Ask(question, &reply)) return kNoKernel;
  *context = reply.head.value;
  return reply.head.result;
}

kern_return_t mach_port_set_context(ipc_space_t task, mach_port_name_t name,
                                    mach_port_context_t context) {
  Question question = About(Call::kSetContext, task, name);
  question.head.value = context;
  return AskForResult(question);
}

kern_return_t mach_port_guard(ipc_space_t task, mach_port_name_t name, mach_port_context_t guard,
                              boolean_t strict) {
  Question question = About(Call::kGuard, task, name);
  question.head.value = guard;
  question.head.kind = strict != 0;
  return AskForResult(question);
}

kern_return_t mach_port_unguard(ipc_space_t task, mach_port_name_t name,
                                mach_port_context_t guard) {
  Question question = About(Call::kUnguard, task, name);
  question.head.value = guard;
  return AskForResult(question);
}

kern_return_t mach_port_insert_member(ipc_space_t task, mach_port_name_t name,
                                      mach_port_name_t pset) {
  Question question = About(Call::kInsertMember, task, name);
  question.head.other = pset;
  return AskForResult(question);
}

kern_return_t mach_port_extract_member(ipc_space_t task, mach_port_name_t name,
                                       mach_port_name_t pset) {
  Question question = About(Call::kExtractMember, task, name);
  question.head.other = pset;
  return AskForResult(question);
}

kern_return_t mach_port_move_member(ipc_space_t task, mach_port_name_t member,
                                    mach_port_name_t after) {
  Question question = About(Call::kMoveMember, task, member);
  question.head.other = after;
  return AskForResult(question);
}

kern_return_t mach_port_get_set_status(ipc_space_t task, mach_port_name_t name,
                                       mach_port_name_array_t* members,
                                       mach_msg_type_number_t* membersCnt) {
  Question question = About(Call::kSetStatus, task, name);
  Reply reply;
  if (!Ask(question, &reply)) return kNoKernel;
  if (reply.head.result != KERN_SUCCESS) return reply.head.result;
  const auto count = static_cast<size_t>(reply.head.value);
  *membersCnt = static_cast<mach_msg_type_number_t>(count);
  return CopyWords(reply, 0, count, members);
}

kern_return_t mach_port_request_notification(ipc_space_t task, mach_port_name_t name,
                                             mach_msg_id_t msgid, mach_port_mscount_t sync,
                                             mach_port_t notify, mach_msg_type_name_t notifyPoly,
                                             mach_port_t* previous) {
  Question question = About(Call::kRequestNotification, task, name);
  question.head.number = msgid;
  question.head.value = sync;
  question.head.other = notify;
  question.head.kind = notifyPoly;
  return AskForName(question, previous);
}
