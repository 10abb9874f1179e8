#include "runtime/mach/machd/calls.h"

namespace ipdl::machd {
namespace {

struct Row {
  mach::Call call;
  const char* name;
  kern_return_t (*perform)(Context&);
};

constexpr Row kRows[] = {
    {mach::Call::kAllocate, "mach_port_allocate", Allocate},
    {mach::Call::kConstruct, "mach_port_construct", Construct},
    {mach::Call::kDestruct, "mach_port_destruct", Destruct},
    {mach::Call::kDestroy, "mach_port_destroy", Destroy},
    {mach::Call::kDeallocate, "mach_port_deallocate", Deallocate},
    {mach::Call::kModRefs, "mach_port_mod_refs", ModRefs},
    {mach::Call::kGetRefs, "mach_port_get_refs", GetRefs},
    {mach::Call::kType, "mach_port_type", Type},
    {mach::Call::kNames, "mach_port_names", Names},
    {mach::Call::kInsertRight, "mach_port_insert_right", InsertRight},
    {mach::Call::kExtractRight, "mach_port_extract_right", ExtractRight},
    {mach::Call::kGetStatus, "mach_port_get_attributes", GetStatus},
    {mach::Call::kSetLimit, "mach_port_set_attributes", SetLimit},
    {mach::Call::kSetImportance, "mach_port_set_attributes", SetImportance},
    {mach::Call::kSetMakeSendCount, "mach_port_set_mscount", SetMakeSendCount},
    {mach::Call::kGetContext, "mach_port_get_context", GetContext},
    {mach::Call::kSetContext, "mach_port_set_context", SetContext},
    {mach::Call::kGuard, "mach_port_guard", Guard},
    {mach::Call::kUnguard, "mach_port_unguard", Unguard},
    {mach::Call::kInsertMember, "mach_port_insert_member", InsertMember},
    {mach::Call::kExtractMember, "mach_port_extract_member", ExtractMember},
    {mach::Call::kMoveMember, "mach_port_move_member", MoveMember},
    {mach::Call::kSetStatus, "mach_port_get_set_status", SetStatus},
    {mach::Call::kRequestNotification, "mach_port_request_notification", RequestNotification},
    {mach::Call::kCheckIn, "bootstrap_check_in", CheckIn},
    {mach::Call::kLookUp, "bootstrap_look_up", LookUp},
    {mach::Call::kRegister, "bootstrap_register", Register},
    {mach::Call::kMakeFilePort, "fileport_makeport", MakeFilePort},
    {mach::Call::kMakeFile, "fileport_makefd", MakeFile},
    {mach::Call::kMakeMemoryEntry, "mach_make_memory_entry_64", MakeMemoryEntry},
    {mach::Call::kMapMemoryEntry, "mach_vm_map", MapMemoryEntry},
    {mach::Call::kCreateVoucher, "host_create_mach_voucher", CreateVoucher},
    {mach::Call::kExtractVoucher, "mach_voucher_extract_attr_recipe", ExtractVoucher},
    {mach::Call::kPidForTask, "pid_for_task", PidForTask},
    {mach::Call::kGetSpecialPort, "task_get_special_port", GetSpecialPort},
    {mach::Call::kSetSpecialPort, "task_set_special_port", SetSpecialPort},
    {mach::Call::kRegisterPorts, "mach_ports_register", RegisterPorts},
    {mach::Call::kLookUpPorts, "mach_ports_lookup", LookUpPorts},
    {mach::Call::kWatch, "watch", Watch},
    {mach::Call::kImportance, "importance", ImportanceOf},
    {mach::Call::kLeaks, "leaks", Leaks},
};

const Row* Find(mach::Call call) {
  for (const Row& row : kRows) {
    if (row.call == call) return &row;
  }
  return nullptr;
}

}  // namespace

const char* CallName(mach::Call call) {
  if (call == mach::Call::kMessage) return "mach_msg";
  const Row* row = Find(call);
  return row == nullptr ? "?" : row->name;
}

KernelObject* FindObject(Task& caller, uint32_t name, KernelObject::Kind kind) {
  NameSpace::Entry* entry = caller.names.Find(name);
  if (entry == nullptr || !entry->send) return nullptr;
  KernelObject* object = entry->send.port()->object.get();
  return object != nullptr && object->kind == kind ? object : nullptr;
}

void Perform(Kernel& kernel, Task& caller, const mach::CallRequest& request,
             const std::string& payload, std::vector<File>& files, CallReplyData& reply) {
  const Row* row = Find(request.call);
  if (row == nullptr) {
    reply.head.result = KERN_NOT_SUPPORTED;
    return;
  }
  Task* target = &caller;
  if (request.task != caller.self_name) {
    if (caller.names.Find(request.task) == nullptr) {
      reply.head.result = static_cast<int32_t>(MACH_SEND_INVALID_DEST);
      return;
    }
    const KernelObject* object = FindObject(caller, request.task, KernelObject::Kind::kTask);
    if (object == nullptr || object->task == nullptr) {
      reply.head.result = KERN_INVALID_TASK;
      return;
    }
    target = object->task;
  }
  caller.current_call = row->name;
  target->current_call = row->name;
  Context context{kernel, caller, *target, request, payload, files, reply};
  reply.head.result = row->perform(context);
  std::string misuse = target->names.TakeMisuse();
  if (misuse.empty()) misuse = caller.names.TakeMisuse();
  if (!misuse.empty() && caller.strict) {
    reply.head.fatal = 1;
    reply.payload = std::move(misuse);
  }
}

}  // namespace ipdl::machd
