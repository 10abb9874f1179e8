// Out-of-line memory and ports: snapshots, ownership, addresses, and what is handed back.

#include <mach/mach_vm.h>

#include <cstring>

#include "runtime/mach/conformance/mach_for_test.h"

namespace ipdl::mach_test {
namespace {

struct MemoryMessage {
  mach_msg_header_t header;
  mach_msg_body_t body;
  mach_msg_ool_descriptor_t memory;
  mach_msg_max_trailer_t trailer;
};
constexpr mach_msg_size_t kMemoryBytes =
    sizeof(mach_msg_base_t) + sizeof(mach_msg_ool_descriptor_t);

MemoryMessage CarryMemory(mach_port_t to, const void* address, size_t size, bool deallocate,
                          mach_msg_copy_options_t copy = MACH_MSG_VIRTUAL_COPY) {
  MemoryMessage message = {};
  message.header.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0) | MACH_MSGH_BITS_COMPLEX;
  message.header.msgh_size = kMemoryBytes;
  message.header.msgh_remote_port = to;
  message.body.msgh_descriptor_count = 1;
  message.memory.address = const_cast<void*>(address);
  message.memory.size = static_cast<mach_msg_size_t>(size);
  message.memory.deallocate = deallocate;
  message.memory.copy = copy;
  message.memory.type = MACH_MSG_OOL_DESCRIPTOR;
  return message;
}

mach_msg_return_t SendNow(MemoryMessage* message) {
  return mach_msg(&message->header, MACH_SEND_MSG | MACH_SEND_TIMEOUT, kMemoryBytes, 0,
                  MACH_PORT_NULL, 0, MACH_PORT_NULL);
}

mach_msg_return_t ReceiveNow(mach_port_t from, MemoryMessage* message) {
  return mach_msg(&message->header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(*message), from, 0,
                  MACH_PORT_NULL);
}

char* Allocate(size_t size, char fill) {
  vm_address_t address = 0;
  EXPECT_EQ(KERN_SUCCESS, vm_allocate(Self(), &address, size, VM_FLAGS_ANYWHERE));
  auto* bytes = reinterpret_cast<char*>(address);
  std::memset(bytes, fill, size);
  return bytes;
}

void Deallocate(const void* address, size_t size) {
  EXPECT_EQ(KERN_SUCCESS, vm_deallocate(Self(), reinterpret_cast<vm_address_t>(address), size));
}

// Small regions and large ones may travel in different ways, whole ones and parts as well.
constexpr size_t kSizes[] = {1, 100, 4096, 65'535, 65'536, 65'537, 1'000'000, 8 << 20};

MACH_TEST(MachOutOfLine, EverySizeArrivesAsItWasWhenItWasSent) {
  const mach_port_t port = NewPortWithSend();
  for (const size_t size : kSizes) {
    char* bytes = Allocate(size, 'a');
    MemoryMessage message = CarryMemory(port, bytes, size, false);
    ASSERT_EQ(MACH_MSG_SUCCESS, SendNow(&message));
    std::memset(bytes, 'b', size);
    MemoryMessage got = {};
    ASSERT_EQ(MACH_MSG_SUCCESS, ReceiveNow(port, &got));
    ASSERT_EQ(size, got.memory.size);
    EXPECT_EQ(1u, got.memory.deallocate);
    auto* arrived = static_cast<char*>(got.memory.address);
    EXPECT_NE(bytes, arrived);
    EXPECT_EQ('a', arrived[0]) << size;
    EXPECT_EQ('a', arrived[size - 1]) << size;
    // Both may write to what is theirs.
    arrived[0] = 'c';
    EXPECT_EQ('b', bytes[0]);
    // And it can be sent once more, as it is now.
    message = CarryMemory(port, bytes, size, false);
    ASSERT_EQ(MACH_MSG_SUCCESS, SendNow(&message));
    MemoryMessage again = {};
    ASSERT_EQ(MACH_MSG_SUCCESS, ReceiveNow(port, &again));
    EXPECT_EQ('b', static_cast<char*>(again.memory.address)[size - 1]) << size;
    mach_msg_destroy(&again.header);
    mach_msg_destroy(&got.header);
    Deallocate(bytes, size);
  }
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachOutOfLine, DeallocateTakesTheSendersMemory) {
  const mach_port_t port = NewPortWithSend();
  for (const size_t size : kSizes) {
    char* bytes = Allocate(size, 'a');
    MemoryMessage message = CarryMemory(port, bytes, size, true);
    ASSERT_EQ(MACH_MSG_SUCCESS, SendNow(&message));
    // Its address is free: asking the system to read there is an error.
    MemoryMessage probe = CarryMemory(port, bytes, size, false);
    EXPECT_EQ(MACH_SEND_INVALID_MEMORY, SendNow(&probe)) << size;
    MemoryMessage got = {};
    ASSERT_EQ(MACH_MSG_SUCCESS, ReceiveNow(port, &got));
    EXPECT_EQ('a', static_cast<char*>(got.memory.address)[size - 1]);
    mach_msg_destroy(&got.header);
  }
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachOutOfLine, PartsOfARegionAndPlainMemoryArriveToo) {
  const mach_port_t port = NewPortWithSend();
  char* bytes = Allocate(1 << 20, 'a');
  bytes[4097] = 'z';
  MemoryMessage message = CarryMemory(port, bytes + 4097, 200'000, false);
  ASSERT_EQ(MACH_MSG_SUCCESS, SendNow(&message));
  MemoryMessage got = {};
  ASSERT_EQ(MACH_MSG_SUCCESS, ReceiveNow(port, &got));
  EXPECT_EQ('z', static_cast<char*>(got.memory.address)[0]);
  EXPECT_EQ('a', static_cast<char*>(got.memory.address)[199'999]);
  mach_msg_destroy(&got.header);
  Deallocate(bytes, 1 << 20);
  const std::string plain(300'000, 'p');
  message = CarryMemory(port, plain.data(), plain.size(), false);
  ASSERT_EQ(MACH_MSG_SUCCESS, SendNow(&message));
  ASSERT_EQ(MACH_MSG_SUCCESS, ReceiveNow(port, &got));
  EXPECT_EQ(plain, std::string(static_cast<char*>(got.memory.address), got.memory.size));
  mach_msg_destroy(&got.header);
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachOutOfLine, NothingIsAtNoAddress) {
  const mach_port_t port = NewPortWithSend();
  MemoryMessage message = CarryMemory(port, &message, 0, false);
  ASSERT_EQ(MACH_MSG_SUCCESS, SendNow(&message));
  MemoryMessage got = {};
  ASSERT_EQ(MACH_MSG_SUCCESS, ReceiveNow(port, &got));
  void* const nowhere = got.memory.address;
  EXPECT_EQ(nullptr, nowhere);
  EXPECT_EQ(0u, got.memory.size);
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachOutOfLine, APhysicalCopyIsNotMarkedForDeallocation) {
  const mach_port_t port = NewPortWithSend();
  const std::string plain(100, 'p');
  MemoryMessage message =
      CarryMemory(port, plain.data(), plain.size(), false, MACH_MSG_PHYSICAL_COPY);
  ASSERT_EQ(MACH_MSG_SUCCESS, SendNow(&message));
  MemoryMessage got = {};
  ASSERT_EQ(MACH_MSG_SUCCESS, ReceiveNow(port, &got));
  EXPECT_EQ(0u, got.memory.deallocate);
  Deallocate(got.memory.address, got.memory.size);
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachOutOfLine, ATimedOutRegionComesBackAtANewAddress) {
  const mach_port_t port = NewPortWithSend();
  for (uint32_t i = 0; i < 5; ++i) ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(port, i));
  for (const size_t size : {size_t{100}, size_t{1'000'000}}) {
    char* bytes = Allocate(size, 'a');
    MemoryMessage message = CarryMemory(port, bytes, size, false);
    ASSERT_EQ(MACH_SEND_TIMED_OUT, SendNow(&message));
    // Copied first: the field is not aligned, and gtest takes references.
    void* const moved = message.memory.address;
    EXPECT_NE(static_cast<void*>(bytes), moved);
    EXPECT_EQ(1u, message.memory.deallocate);
    EXPECT_EQ('a', static_cast<char*>(message.memory.address)[size - 1]);
    // Sent again and handed back again, it moves on and leaves nothing behind.
    ASSERT_EQ(MACH_SEND_TIMED_OUT, SendNow(&message));
    EXPECT_EQ('a', static_cast<char*>(message.memory.address)[size - 1]);
    mach_msg_destroy(&message.header);
    Deallocate(bytes, size);
  }
  EXPECT_EQ(1u, SendRefs(port));
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachOutOfLine, PortsArriveInAnArray) {
  const mach_port_t port = NewPortWithSend();
  struct {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_ool_ports_descriptor_t ports;
    mach_msg_max_trailer_t trailer;
  } message = {};
  constexpr mach_msg_size_t kBytes =
      sizeof(mach_msg_base_t) + sizeof(mach_msg_ool_ports_descriptor_t);
  mach_port_t cargo[3] = {NewPort(), MACH_PORT_NULL, NewPort()};
  message.header.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0) | MACH_MSGH_BITS_COMPLEX;
  message.header.msgh_size = kBytes;
  message.header.msgh_remote_port = port;
  message.body.msgh_descriptor_count = 1;
  message.ports.address = cargo;
  message.ports.count = 3;
  message.ports.disposition = MACH_MSG_TYPE_MAKE_SEND;
  message.ports.copy = MACH_MSG_VIRTUAL_COPY;
  message.ports.type = MACH_MSG_OOL_PORTS_DESCRIPTOR;
  ASSERT_EQ(MACH_MSG_SUCCESS,
            mach_msg(&message.header, MACH_SEND_MSG, kBytes, 0, MACH_PORT_NULL, 0, MACH_PORT_NULL));
  ASSERT_EQ(MACH_MSG_SUCCESS,
            mach_msg(&message.header, MACH_RCV_MSG, 0, sizeof(message), port, 0, MACH_PORT_NULL));
  ASSERT_EQ(3u, message.ports.count);
  EXPECT_EQ(static_cast<mach_msg_type_name_t>(MACH_MSG_TYPE_PORT_SEND), message.ports.disposition);
  const auto* names = static_cast<mach_port_t*>(message.ports.address);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(cargo[i], names[i]);
  EXPECT_EQ(1u, SendRefs(cargo[2]));
  mach_msg_destroy(&message.header);
  EXPECT_EQ(0u, SendRefs(cargo[2]));
  DropReceive(cargo[0]);
  DropReceive(cargo[2]);
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachOutOfLine, TooManyPortsAreTooLarge) {
  const mach_port_t port = NewPortWithSend();
  struct {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_ool_ports_descriptor_t ports;
    mach_msg_max_trailer_t trailer;
  } message;
  constexpr mach_msg_size_t kBytes =
      sizeof(mach_msg_base_t) + sizeof(mach_msg_ool_ports_descriptor_t);
  std::string nulls(16'384 * sizeof(mach_port_t), '\0');
  for (const mach_msg_size_t count : {16'382u, 16'383u, 16'384u}) {
    message = {};
    message.header.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0) | MACH_MSGH_BITS_COMPLEX;
    message.header.msgh_size = kBytes;
    message.header.msgh_remote_port = port;
    message.body.msgh_descriptor_count = 1;
    message.ports.address = nulls.data();
    message.ports.count = count;
    message.ports.disposition = MACH_MSG_TYPE_COPY_SEND;
    message.ports.type = MACH_MSG_OOL_PORTS_DESCRIPTOR;
    const mach_msg_return_t expected = count > 16'383 ? MACH_SEND_TOO_LARGE : MACH_MSG_SUCCESS;
    EXPECT_EQ(expected, mach_msg(&message.header, MACH_SEND_MSG, kBytes, 0, MACH_PORT_NULL, 0,
                                 MACH_PORT_NULL));
  }
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachOutOfLine, AMemoryEntryIsSharedMemoryBehindASendRight) {
  memory_object_size_t size = 100'000;
  mach_port_t entry = MACH_PORT_NULL;
  ASSERT_EQ(KERN_SUCCESS, mach_make_memory_entry_64(
                              Self(), &size, 0, MAP_MEM_NAMED_CREATE | VM_PROT_READ | VM_PROT_WRITE,
                              &entry, MACH_PORT_NULL));
  EXPECT_LE(100'000u, size);
  mach_vm_address_t maps[2] = {};
  for (mach_vm_address_t& map : maps) {
    ASSERT_EQ(KERN_SUCCESS, mach_vm_map(Self(), &map, size, 0, VM_FLAGS_ANYWHERE, entry, 0, FALSE,
                                        VM_PROT_READ | VM_PROT_WRITE, VM_PROT_READ | VM_PROT_WRITE,
                                        VM_INHERIT_NONE));
  }
  reinterpret_cast<char*>(maps[0])[99] = 'x';
  EXPECT_EQ('x', reinterpret_cast<char*>(maps[1])[99]);
  for (const mach_vm_address_t map : maps) {
    EXPECT_EQ(KERN_SUCCESS, mach_vm_deallocate(Self(), map, size));
  }
  DropSend(entry);
}

MACH_TEST(MachOutOfLine, AReadOnlyEntryCannotBeMappedForWriting) {
  memory_object_size_t size = 4096;
  mach_port_t entry = MACH_PORT_NULL;
  ASSERT_EQ(KERN_SUCCESS,
            mach_make_memory_entry_64(Self(), &size, 0, MAP_MEM_NAMED_CREATE | VM_PROT_READ, &entry,
                                      MACH_PORT_NULL));
  mach_vm_address_t map = 0;
  const auto try_map = [&](vm_prot_t protection) {
    return mach_vm_map(Self(), &map, size, 0, VM_FLAGS_ANYWHERE, entry, 0, FALSE, protection,
                       protection, VM_INHERIT_NONE);
  };
  EXPECT_EQ(KERN_PROTECTION_FAILURE, try_map(VM_PROT_READ | VM_PROT_WRITE));
  ASSERT_EQ(KERN_SUCCESS, try_map(VM_PROT_READ));
  EXPECT_EQ(KERN_SUCCESS, mach_vm_deallocate(Self(), map, size));
  DropSend(entry);
}

}  // namespace
}  // namespace ipdl::mach_test
