/* A user's program in plain C: two portals within one process, and nothing of the project but the
 * portal library. Its driver has no transports and no memory, because nothing leaves the process;
 * every function that one node could call says so. */

#include <stdio.h>
#include <string.h>

#include "ipcz/ipcz.h"

static IpczResult Close(IpczDriverHandle handle, uint32_t flags, const void* options) {
  (void)handle, (void)flags, (void)options;
  return IPCZ_RESULT_UNIMPLEMENTED;
}

static IpczResult Serialize(IpczDriverHandle handle, IpczDriverHandle transport, uint32_t flags,
                            const void* options, volatile void* data, size_t* num_bytes,
                            IpczDriverHandle* handles, size_t* num_handles) {
  (void)handle, (void)transport, (void)flags, (void)options, (void)data, (void)num_bytes;
  (void)handles, (void)num_handles;
  return IPCZ_RESULT_UNIMPLEMENTED;
}

static IpczResult Deserialize(const volatile void* data, size_t num_bytes,
                              const IpczDriverHandle* handles, size_t num_handles,
                              IpczDriverHandle transport, uint32_t flags, const void* options,
                              IpczDriverHandle* handle) {
  (void)data, (void)num_bytes, (void)handles, (void)num_handles, (void)transport, (void)flags;
  (void)options, (void)handle;
  return IPCZ_RESULT_UNIMPLEMENTED;
}

static IpczResult CreateTransports(IpczDriverHandle transport0, IpczDriverHandle transport1,
                                   uint32_t flags, const void* options, IpczDriverHandle* new0,
                                   IpczDriverHandle* new1) {
  (void)transport0, (void)transport1, (void)flags, (void)options, (void)new0, (void)new1;
  return IPCZ_RESULT_UNIMPLEMENTED;
}

static IpczResult ActivateTransport(IpczDriverHandle transport, IpczHandle listener,
                                    IpczTransportActivityHandler handler, uint32_t flags,
                                    const void* options) {
  (void)transport, (void)listener, (void)handler, (void)flags, (void)options;
  return IPCZ_RESULT_UNIMPLEMENTED;
}

static IpczResult DeactivateTransport(IpczDriverHandle transport, uint32_t flags,
                                      const void* options) {
  (void)transport, (void)flags, (void)options;
  return IPCZ_RESULT_UNIMPLEMENTED;
}

static IpczResult Transmit(IpczDriverHandle transport, const void* data, size_t num_bytes,
                           const IpczDriverHandle* handles, size_t num_handles, uint32_t flags,
                           const void* options) {
  (void)transport, (void)data, (void)num_bytes, (void)handles, (void)num_handles, (void)flags;
  (void)options;
  return IPCZ_RESULT_UNIMPLEMENTED;
}

static IpczResult AllocateSharedMemory(size_t num_bytes, uint32_t flags, const void* options,
                                       IpczDriverHandle* memory) {
  (void)num_bytes, (void)flags, (void)options, (void)memory;
  return IPCZ_RESULT_UNIMPLEMENTED;
}

static IpczResult GetSharedMemoryInfo(IpczDriverHandle memory, uint32_t flags, const void* options,
                                      struct IpczSharedMemoryInfo* info) {
  (void)memory, (void)flags, (void)options, (void)info;
  return IPCZ_RESULT_UNIMPLEMENTED;
}

static IpczResult DuplicateSharedMemory(IpczDriverHandle memory, uint32_t flags,
                                        const void* options, IpczDriverHandle* new_memory) {
  (void)memory, (void)flags, (void)options, (void)new_memory;
  return IPCZ_RESULT_UNIMPLEMENTED;
}

static IpczResult MapSharedMemory(IpczDriverHandle memory, uint32_t flags, const void* options,
                                  volatile void** address, IpczDriverHandle* mapping) {
  (void)memory, (void)flags, (void)options, (void)address, (void)mapping;
  return IPCZ_RESULT_UNIMPLEMENTED;
}

static IpczResult GenerateRandomBytes(size_t num_bytes, uint32_t flags, const void* options,
                                      void* buffer) {
  FILE* source = fopen("/dev/urandom", "rb");
  size_t read = 0;
  (void)flags, (void)options;
  if (source) {
    read = fread(buffer, 1, num_bytes, source);
    fclose(source);
  }
  return read == num_bytes ? IPCZ_RESULT_OK : IPCZ_RESULT_UNAVAILABLE;
}

static const struct IpczDriver kDriver = {
    sizeof(kDriver),
    Close,
    Serialize,
    Deserialize,
    CreateTransports,
    ActivateTransport,
    DeactivateTransport,
    Transmit,
    NULL,
    AllocateSharedMemory,
    GetSharedMemoryInfo,
    DuplicateSharedMemory,
    MapSharedMemory,
    GenerateRandomBytes,
};

static int Say(const char* what, IpczResult result) {
  fprintf(stderr, "%s: result %d\n", what, result);
  return 1;
}

int main(void) {
  static const char kGreeting[] = "hello through a portal";
  struct IpczAPI api;
  IpczHandle node = 0, ends[2] = {0, 0};
  char received[64];
  size_t num_bytes = sizeof(received);

  IpczResult result;

  memset(&api, 0, sizeof(api));
  api.size = sizeof(api);
  result = IpczGetAPI(&api);
  if (result != IPCZ_RESULT_OK) return Say("IpczGetAPI", result);
  result = api.CreateNode(&kDriver, IPCZ_CREATE_NODE_AS_BROKER, NULL, &node);
  if (result != IPCZ_RESULT_OK) return Say("CreateNode", result);
  result = api.OpenPortals(node, IPCZ_NO_FLAGS, NULL, &ends[0], &ends[1]);
  if (result != IPCZ_RESULT_OK) return Say("OpenPortals", result);
  result = api.Put(ends[0], kGreeting, sizeof(kGreeting), NULL, 0, IPCZ_NO_FLAGS, NULL);
  if (result != IPCZ_RESULT_OK) return Say("Put", result);
  result = api.Get(ends[1], IPCZ_NO_FLAGS, NULL, received, &num_bytes, NULL, NULL, NULL);
  if (result != IPCZ_RESULT_OK) return Say("Get", result);

  puts(received);
  api.Close(ends[0], IPCZ_NO_FLAGS, NULL);
  api.Close(ends[1], IPCZ_NO_FLAGS, NULL);
  api.Close(node, IPCZ_NO_FLAGS, NULL);
  return 0;
}
