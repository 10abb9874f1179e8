/* The C interface of the portal router, and its manual.
 *
 * What it is: declarations of an ABI, for C99 and C++11 and later, with nothing of the router in
 * it. What it is not: a wire format; what two nodes say to each other is the router's own business.
 * Included as "ipcz/ipcz.h" by applications, by drivers and by the router itself.
 *
 * ## The things
 *
 * node      One participant; usually one per process. Created with a driver.
 * driver    A table of functions of the application: transports, shared memory, random bytes. The
 *           router makes no system call of its own; everything comes from and goes through here.
 * transport An end of a pair that carries datagrams between two nodes; an object of the driver.
 * portal    One end of a two-way queue. The other end is its peer. Either end can be sent through
 *           another portal, to any node, at any time; what is on its way follows it.
 * parcel    What a portal carries: bytes, and handles of portals and boxes.
 * box       Makes a handle of what is no portal: an object of the driver, of the application, or a
 *           parcel inside a parcel.
 * broker    The node of a network that gives names and introduces nodes to each other.
 *
 *      node A                     node B
 *   +-----------+  transport  +-----------+
 *   | portal p ==================== portal q |     p and q are peers
 *   | portal r -- portal s    |           |        r and s are peers within A
 *   +-----------+             +-----------+
 *
 * ## Rules for every call
 *
 * - The order of parameters: the object, inputs, flags, options, in/out, outputs.
 * - Flags without a meaning are ignored. Options may be null unless a call says otherwise.
 * - A structure begins with its size in bytes, set by whoever owns the memory. Too small a size is
 *   IPCZ_RESULT_INVALID_ARGUMENT.
 * - A handle that is not (or no longer) what the call needs is IPCZ_RESULT_INVALID_ARGUMENT.
 * - A call that fails has changed nothing and taken nothing, unless said otherwise here.
 * - Everything may be called from any thread and from within a trap's handler or the driver's
 *   activity; only Close must not race with another use of the same handle. No call blocks.
 *
 * ## What is promised of a portal
 *
 * - Parcels arrive in order and exactly once, however often either end moves. There is no order
 *   between different portals.
 * - A portal hears that its peer is closed after every parcel that the peer had put.
 * - When a node or a connection dies, parcels on their way may be lost, but what arrives is the
 *   beginning of what was sent, without gaps; then the peer counts as closed.
 * - A portal that is put where nobody could ever get it, because it and the queue that it comes to
 *   are each inside the other, is closed; or its route ends, as if a node had died.
 */

#ifndef IPCZ_INCLUDE_IPCZ_IPCZ_H_
#define IPCZ_INCLUDE_IPCZ_IPCZ_H_

#include <stddef.h>
#include <stdint.h>

/* Calling convention of every function here. A program may define its own. */
#if defined(IPCZ_API_OVERRIDE)
#define IPCZ_API IPCZ_API_OVERRIDE
#elif defined(_WIN32)
#define IPCZ_API __cdecl
#else
#define IPCZ_API
#endif

#if defined(_WIN32)
#define IPCZ_EXPORT
#else
#define IPCZ_EXPORT __attribute__((visibility("default")))
#endif

/* Alignment of a type, and a number rounded up to a multiple of a power of two. */
#if defined(__cplusplus)
#define IPCZ_ALIGN(n) alignas(n)
#elif defined(_MSC_VER)
#define IPCZ_ALIGN(n) __declspec(align(n))
#else
#define IPCZ_ALIGN(n) __attribute__((aligned(n)))
#endif
#define IPCZ_ALIGNED(value, n) (((value) + ((n)-1)) & ~((n)-1))

#define IPCZ_NO_FLAGS ((uint32_t)0)
#define IPCZ_FLAG_BIT(bit) ((uint32_t)(1u << (bit)))

#if defined(__cplusplus)
extern "C" {
#endif

/* ---- Scalars ----------------------------------------------------------------------------------*/

/* An object of the router. 0 is never valid. A handle is the application's until it passes it to a
 * call that takes it; a closed or taken one is refused by every call. */
typedef uintptr_t IpczHandle;
#define IPCZ_INVALID_HANDLE ((IpczHandle)0)

/* An object of the driver: transport, memory, mapping, or whatever it lets applications box. */
typedef uintptr_t IpczDriverHandle;
#define IPCZ_INVALID_DRIVER_HANDLE ((IpczDriverHandle)0)

/* A two-phase put or get that has begun and not ended. */
typedef uintptr_t IpczTransaction;

typedef int IpczResult;
#define IPCZ_RESULT_OK ((IpczResult)0)
#define IPCZ_RESULT_CANCELLED ((IpczResult)1)
#define IPCZ_RESULT_UNKNOWN ((IpczResult)2)
#define IPCZ_RESULT_INVALID_ARGUMENT ((IpczResult)3)
#define IPCZ_RESULT_DEADLINE_EXCEEDED ((IpczResult)4)
#define IPCZ_RESULT_NOT_FOUND ((IpczResult)5)
#define IPCZ_RESULT_ALREADY_EXISTS ((IpczResult)6)
#define IPCZ_RESULT_PERMISSION_DENIED ((IpczResult)7)
#define IPCZ_RESULT_RESOURCE_EXHAUSTED ((IpczResult)8)
#define IPCZ_RESULT_FAILED_PRECONDITION ((IpczResult)9)
#define IPCZ_RESULT_ABORTED ((IpczResult)10)
#define IPCZ_RESULT_OUT_OF_RANGE ((IpczResult)11)
#define IPCZ_RESULT_UNIMPLEMENTED ((IpczResult)12)
#define IPCZ_RESULT_INTERNAL ((IpczResult)13)
#define IPCZ_RESULT_UNAVAILABLE ((IpczResult)14)
#define IPCZ_RESULT_DATA_LOSS ((IpczResult)15)

/* ---- What the driver is told and tells --------------------------------------------------------*/

typedef uint32_t IpczTransportActivityFlags;
/* The transport is broken, or the listener refused what it received. No data comes with it. */
#define IPCZ_TRANSPORT_ACTIVITY_ERROR IPCZ_FLAG_BIT(0)
/* The last call for this listener: deactivation is complete. No data comes with it. */
#define IPCZ_TRANSPORT_ACTIVITY_DEACTIVATED IPCZ_FLAG_BIT(1)
/* A timer that was set with SetTimer (IpczExtendedDriver) is due. `data` points to the `uintptr_t`
 * that the router gave it. */
#define IPCZ_TRANSPORT_ACTIVITY_TIMER IPCZ_FLAG_BIT(16)

/* The driver's way to hand a datagram, or one of the flags above, to the router.
 *
 * `listener` is what ActivateTransport was given. At most one call at a time for one listener, on
 * any thread. The driver handles become the router's in every case. Returns OK if the datagram was
 * accepted and INVALID_ARGUMENT if it was not legal; the driver then reports ERROR on the same
 * transport. */
typedef IpczResult(IPCZ_API* IpczTransportActivityHandler)(
    IpczHandle listener, const void* data, size_t num_bytes, const IpczDriverHandle* driver_handles,
    size_t num_driver_handles, IpczTransportActivityFlags flags, const void* options);

struct IPCZ_ALIGN(8) IpczSharedMemoryInfo {
  size_t size;
  size_t region_num_bytes; /* of the region */
};

/* In the flags of ReportBadTransportActivity, for an IpczExtendedDriver only: the node at the other
 * end may not have put the rejected parcel but only passed it on (the route was not one settled hop
 * when the parcel came), and must not be punished for what is in it. */
#define IPCZ_REPORT_BAD_TRANSPORT_ACTIVITY_FORWARDED IPCZ_FLAG_BIT(16)
/* The same: no parcel of this process is meant. The node at the other end of `accuser` says this
 * of the node at the other end of this transport; whether to believe it is up to the driver. */
#define IPCZ_REPORT_BAD_TRANSPORT_ACTIVITY_ACCUSED IPCZ_FLAG_BIT(17)

/* The options of ReportBadTransportActivity, for an IpczExtendedDriver only, and of Reject with
 * IPCZ_REJECT_REASON; valid during the call. */
struct IPCZ_ALIGN(8) IpczAccusation {
  size_t size;
  IpczDriverHandle accuser; /* to the node that accuses; 0: this node */
  const char* reason;       /* for a log: any bytes, the accuser's; a broker is told at most 160 */
  size_t num_reason_bytes;
};

/* The functions that an application gives to the router. The table must outlive every node made
 * with it. Anything but OK is failure. `flags` are 0 and `options` null unless said otherwise. */
struct IPCZ_ALIGN(8) IpczDriver {
  size_t size;

  /* Releases any object of the driver. */
  IpczResult(IPCZ_API* Close)(IpczDriverHandle handle, uint32_t flags, const void* options);

  /* Turns an object into bytes and handles that Transmit can carry over `transport`.
   *
   * Null capacities mean 0. Capacities that are not null are always set to what is needed.
   *   INVALID_ARGUMENT    the object cannot be serialized at all
   *   PERMISSION_DENIED   not over this transport: the router then sends it through its broker
   *   ABORTED             only when `transport` is 0: it depends on the transport
   *   RESOURCE_EXHAUSTED  too little room; nothing was written
   *   OK                  written, and `handle` belongs to the driver again
   * With `transport` 0 the call only asks whether the object could ever be sent. */
  IpczResult(IPCZ_API* Serialize)(IpczDriverHandle handle, IpczDriverHandle transport,
                                  uint32_t flags, const void* options, volatile void* data,
                                  size_t* num_bytes, IpczDriverHandle* handles,
                                  size_t* num_handles);

  /* The inverse, for what came over `transport`. Takes the handles. */
  IpczResult(IPCZ_API* Deserialize)(const volatile void* data, size_t num_bytes,
                                    const IpczDriverHandle* driver_handles,
                                    size_t num_driver_handles, IpczDriverHandle transport,
                                    uint32_t flags, const void* options, IpczDriverHandle* handle);

  /* Makes the two ends of a new transport, which will be sent over `transport0` and `transport1`
   * (0: will not be sent). Both ends can transmit at once. */
  IpczResult(IPCZ_API* CreateTransports)(IpczDriverHandle transport0, IpczDriverHandle transport1,
                                         uint32_t flags, const void* options,
                                         IpczDriverHandle* new_transport0,
                                         IpczDriverHandle* new_transport1);

  /* From now on what the transport receives goes to `handler` with `listener`; possibly before
   * this call returns. */
  IpczResult(IPCZ_API* ActivateTransport)(IpczDriverHandle transport, IpczHandle listener,
                                          IpczTransportActivityHandler handler, uint32_t flags,
                                          const void* options);

  /* Asks for an end of activity; DEACTIVATED follows, on any thread. May be called within the
   * handler. The transport stays open until Close. */
  IpczResult(IPCZ_API* DeactivateTransport)(IpczDriverHandle transport, uint32_t flags,
                                            const void* options);

  /* Sends one datagram, which keeps its boundaries; it may be empty. Datagrams of one thread keep
   * their order. Takes the handles. Legal before activation, not after deactivation. */
  IpczResult(IPCZ_API* Transmit)(IpczDriverHandle transport, const void* data, size_t num_bytes,
                                 const IpczDriverHandle* driver_handles, size_t num_driver_handles,
                                 uint32_t flags, const void* options);

  /* The application rejected a parcel that came over this transport; see Reject. May be null.
   * `flags` may hold the flags above if the table is larger than this one. */
  IpczResult(IPCZ_API* ReportBadTransportActivity)(IpczDriverHandle transport, uintptr_t context,
                                                   uint32_t flags, const void* options);

  IpczResult(IPCZ_API* AllocateSharedMemory)(size_t num_bytes, uint32_t flags, const void* options,
                                             IpczDriverHandle* driver_memory);
  IpczResult(IPCZ_API* GetSharedMemoryInfo)(IpczDriverHandle driver_memory, uint32_t flags,
                                            const void* options, struct IpczSharedMemoryInfo* info);
  IpczResult(IPCZ_API* DuplicateSharedMemory)(IpczDriverHandle driver_memory, uint32_t flags,
                                              const void* options,
                                              IpczDriverHandle* new_driver_memory);

  /* Maps the whole region. It stays mapped until `driver_mapping` is closed, also after the memory
   * handle is. */
  IpczResult(IPCZ_API* MapSharedMemory)(IpczDriverHandle driver_memory, uint32_t flags,
                                        const void* options, volatile void** address,
                                        IpczDriverHandle* driver_mapping);

  /* Unpredictable bytes: names of nodes and tokens depend on them. */
  IpczResult(IPCZ_API* GenerateRandomBytes)(size_t num_bytes, uint32_t flags, const void* options,
                                            void* buffer);
};

/* How far another node is believed: not at all, so that every limit holds for it; or as this node
 * itself, so that none does. */
typedef uint32_t IpczTrust;
#define IPCZ_TRUST_NONE ((IpczTrust)0)
#define IPCZ_TRUST_FULL ((IpczTrust)1)

/* A driver that can do more. `driver.size` is sizeof(struct IpczExtendedDriver), and CreateNode is
 * given &driver. Each of these functions may be null; with a plain IpczDriver all of them are. */
struct IPCZ_ALIGN(8) IpczExtendedDriver {
  struct IpczDriver driver;
#define IPCZ_RING_DOORBELL_AT_ONCE IPCZ_FLAG_BIT(16)
  /* As if Transmit had sent an empty datagram, but cheaper, and not in order with datagrams; rings
   * may be collected while their thread is at work (AT_ONCE: no new one, but those are rung now).
   * Never blocks, whatever the other end does. Without it the router sends an empty datagram. */
  IpczResult(IPCZ_API* RingDoorbell)(IpczDriverHandle transport, uint32_t flags,
                                     const void* options);

  /* Calls the handler of this end once with IPCZ_TRANSPORT_ACTIVITY_TIMER and `context`, on the
   * terms of any activity, in `delay_us` microseconds or somewhat later. Setting it again for the
   * same context replaces what was set; UINT64_MAX ends it. Nothing comes after deactivation.
   * Without it what the router waits for has no deadlines, and idle memory is kept. */
  IpczResult(IPCZ_API* SetTimer)(IpczDriverHandle transport, uint64_t delay_us, uintptr_t context,
                                 uint32_t flags, const void* options);

  /* How far the other end is believed; asked once, before activation. Without it: NONE. */
  IpczResult(IPCZ_API* QueryTrust)(IpczDriverHandle transport, uint32_t flags, const void* options,
                                   IpczTrust* trust);
};

/* ---- Nodes ------------------------------------------------------------------------------------*/

typedef uint32_t IpczMemoryFlags;
/* The memory that links allocate for parcels shall not grow. */
#define IPCZ_MEMORY_FIXED_PARCEL_CAPACITY IPCZ_FLAG_BIT(0)
typedef uint32_t IpczFeature;
#define IPCZ_FEATURE_MEM_V2 ((IpczFeature)0xA110C002)

struct IPCZ_ALIGN(8) IpczCreateNodeOptions {
  size_t size;
  IpczMemoryFlags memory_flags;
  /* Features to switch on, minus those to switch off. Unknown ones are ignored. */
  const IpczFeature* enabled_features;
  size_t num_enabled_features;
  const IpczFeature* disabled_features;
  size_t num_disabled_features;
};

typedef uint32_t IpczCreateNodeFlags;
#define IPCZ_CREATE_NODE_AS_BROKER IPCZ_FLAG_BIT(0)

typedef uint32_t IpczConnectNodeFlags;
#define IPCZ_CONNECT_NODE_TO_BROKER IPCZ_FLAG_BIT(0) /* the other node is a broker */
/* The other node, no broker, shall introduce this one to its broker. */
#define IPCZ_CONNECT_NODE_INHERIT_BROKER IPCZ_FLAG_BIT(1)
/* This node, no broker, introduces the other one to its own broker. */
#define IPCZ_CONNECT_NODE_SHARE_BROKER IPCZ_FLAG_BIT(2)
/* The other node allocates all shared memory for this one. */
#define IPCZ_CONNECT_NODE_TO_ALLOCATION_DELEGATE IPCZ_FLAG_BIT(3)

/* ---- Boxes ------------------------------------------------------------------------------------*/

/* Makes bytes and handles of an application's object when it goes to another node.
 *
 * First asked with every pointer null: FAILED_PRECONDITION means that it cannot be done. Then with
 * counts of 0 and null buffers: OK means an empty result, RESOURCE_EXHAUSTED that the counts now
 * tell the sizes. Then with buffers of those sizes, and must return OK. The handles written become
 * the router's. Called on the thread that transmits, without locks. */
typedef IpczResult(IPCZ_API* IpczApplicationObjectSerializer)(
    uintptr_t object, uint32_t flags, const void* options, volatile void* data, size_t* num_bytes,
    IpczHandle* handles, size_t* num_handles);

/* Ends an application's object, when its box is closed or it has been serialized. */
typedef void(IPCZ_API* IpczApplicationObjectDestructor)(uintptr_t object, uint32_t flags,
                                                        const void* options);

typedef uint32_t IpczBoxType;
/* Goes to other nodes through the driver's Serialize and Deserialize. */
#define IPCZ_BOX_TYPE_DRIVER_OBJECT ((IpczBoxType)0)
/* Stays as it is within a node; becomes a subparcel on the way to another one. */
#define IPCZ_BOX_TYPE_APPLICATION_OBJECT ((IpczBoxType)1)
/* A parcel inside a parcel. Received only; Box cannot make one. */
#define IPCZ_BOX_TYPE_SUBPARCEL ((IpczBoxType)2)

struct IPCZ_ALIGN(8) IpczBoxContents {
  size_t size;
  IpczBoxType type;
  union {
    IpczDriverHandle driver_object;
    uintptr_t application_object;
    IpczHandle subparcel;
  } object;
  /* Application objects only. Without a serializer the object cannot go to another node. */
  IpczApplicationObjectSerializer serializer;
  IpczApplicationObjectDestructor destructor; /* the same; may be null */
};

typedef uint32_t IpczUnboxFlags;
#define IPCZ_UNBOX_PEEK IPCZ_FLAG_BIT(0) /* only look: the box keeps its content */

/* ---- Parcels ----------------------------------------------------------------------------------*/

typedef uint32_t IpczBeginPutFlags;
#define IPCZ_BEGIN_PUT_ALLOW_PARTIAL IPCZ_FLAG_BIT(0) /* less room than asked for will do */
typedef uint32_t IpczEndPutFlags;
#define IPCZ_END_PUT_ABORT IPCZ_FLAG_BIT(0)

typedef uint32_t IpczGetFlags;
/* Take what fits. What does not fit is lost, unless the parcel is asked for as well. */
#define IPCZ_GET_PARTIAL IPCZ_FLAG_BIT(0)
/* From a portal: remember where the parcel came from, until the next get with this flag, for
 * HoldOrigin. The portal keeps the driver's handle of that transport meanwhile. */
#define IPCZ_GET_REMEMBER_ORIGIN IPCZ_FLAG_BIT(16)

typedef uint32_t IpczBeginGetFlags;
/* Take as many handles as fit. */
#define IPCZ_BEGIN_GET_PARTIAL IPCZ_FLAG_BIT(0)
/* Take the parcel out of the portal's queue at once; other gets may begin meanwhile. */
#define IPCZ_BEGIN_GET_OVERLAPPED IPCZ_FLAG_BIT(1)

typedef uint32_t IpczEndGetFlags;
/* Leave the parcel at the head of the queue, without the handles that were taken. */
#define IPCZ_END_GET_ABORT IPCZ_FLAG_BIT(0)

typedef uint32_t IpczRejectFlags;
/* Tell this node's broker as well, if the parcel came from a node that is connected to it: its
 * driver hears of it with IPCZ_REPORT_BAD_TRANSPORT_ACTIVITY_ACCUSED and this node as the accuser,
 * a limited number of times a second. Nothing happens where there is no broker, it is the accused,
 * or its driver's table is a plain IpczDriver. */
#define IPCZ_REJECT_TELL_BROKER IPCZ_FLAG_BIT(16)
/* `options` is an IpczAccusation, which says why. */
#define IPCZ_REJECT_REASON IPCZ_FLAG_BIT(17)

/* ---- Status and traps -------------------------------------------------------------------------*/

typedef uint32_t IpczPortalStatusFlags;
/* The peer is closed, and every parcel that it sent has arrived. */
#define IPCZ_PORTAL_STATUS_PEER_CLOSED IPCZ_FLAG_BIT(0)
/* The peer is closed and no parcel is left to get. */
#define IPCZ_PORTAL_STATUS_DEAD IPCZ_FLAG_BIT(1)

struct IPCZ_ALIGN(8) IpczPortalStatus {
  size_t size;
  IpczPortalStatusFlags flags;
  /* Parcels that can be got now, and the bytes in them; handles count nothing. */
  size_t num_local_parcels;
  size_t num_local_bytes;
};

typedef uint32_t IpczTrapConditionFlags;
/* The portal was closed, merged, or sent to another node. Always trapped. */
#define IPCZ_TRAP_REMOVED IPCZ_FLAG_BIT(0)
#define IPCZ_TRAP_PEER_CLOSED IPCZ_FLAG_BIT(1)
#define IPCZ_TRAP_DEAD IPCZ_FLAG_BIT(2)
/* More parcels, or bytes, than the limit in the conditions can be got. */
#define IPCZ_TRAP_ABOVE_MIN_LOCAL_PARCELS IPCZ_FLAG_BIT(3)
#define IPCZ_TRAP_ABOVE_MIN_LOCAL_BYTES IPCZ_FLAG_BIT(4)
/* A parcel can be got that could not before. Never true while the trap is being set. */
#define IPCZ_TRAP_NEW_LOCAL_PARCEL IPCZ_FLAG_BIT(7)
/* A put of one byte would not meet the portal's limits (IpczExtendedAPI), or the peer is closed. */
#define IPCZ_TRAP_WRITABLE IPCZ_FLAG_BIT(16)
/* Only in events: caused by a call into the router on this thread, not by the driver's activity. */
#define IPCZ_TRAP_WITHIN_API_CALL IPCZ_FLAG_BIT(9)

struct IPCZ_ALIGN(8) IpczTrapConditions {
  size_t size;
  IpczTrapConditionFlags flags;
  size_t min_local_parcels;
  size_t min_local_bytes;
};

struct IPCZ_ALIGN(8) IpczTrapEvent {
  size_t size;
  uintptr_t context;                      /* what Trap was given */
  IpczTrapConditionFlags condition_flags; /* those that hold, and perhaps WITHIN_API_CALL */
  /* Of the portal when the event arose; valid during the call. Zero if it was removed. */
  const struct IpczPortalStatus* status;
};

/* Runs on the thread that caused the event, without locks: it may call anything. */
typedef void(IPCZ_API* IpczTrapEventHandler)(const struct IpczTrapEvent* event);

/* ---- The calls --------------------------------------------------------------------------------*/

struct IPCZ_ALIGN(8) IpczAPI {
  size_t size;

  /* Ends an object. INVALID_ARGUMENT for what is no handle, or not the application's.
   *   node:   what was put before is handed to the driver: what its transports and memory hold
   *           arrives, also if the process ends now. What waits for the greeting of a node that is
   *           neither broker nor client of this one is lost. Every connection ends, and the peers
   *           of its portals elsewhere see them closed. Its own are closed one by one, whenever.
   *   portal: its traps get REMOVED within this call, open transactions end, unread parcels and
   *           what is attached to them are closed; the peer learns of it after every parcel.
   *   parcel: what is still attached is closed.
   *   box:    the content is closed or destroyed. */
  IpczResult(IPCZ_API* Close)(IpczHandle handle, uint32_t flags, const void* options);

  /* Makes a node. `options` may be null.
   *   INVALID_ARGUMENT  `node` or `driver` null, a table too small or with a function missing,
   *                     options too small
   *   UNIMPLEMENTED     this machine lacks lock-free atomics */
  IpczResult(IPCZ_API* CreateNode)(const struct IpczDriver* driver, IpczCreateNodeFlags flags,
                                   const struct IpczCreateNodeOptions* options, IpczHandle* node);

  /* Connects to the node at the other end of `transport`, which the router then owns. Portal i of
   * one side is the peer of portal i of the other; they can be used at once. If the connection
   * fails later, or the other side asked for fewer, those without a peer see it closed.
   *
   *   this node   flags           the other node
   *   broker      none            no broker, joins this network (and says TO_BROKER)
   *   broker      TO_BROKER       a broker (that says the same); the networks are joined
   *   no broker   TO_BROKER       a broker; this node joins its network
   *   no broker   INHERIT_BROKER  a node with a broker (or soon), which says SHARE_BROKER
   *   no broker   SHARE_BROKER    a node that says INHERIT_BROKER
   *   Every other mix is INVALID_ARGUMENT. TO_ALLOCATION_DELEGATE may be added to all.
   *
   * At most one connection exists between two nodes: a new one ends the one before, and its portals
   * see their peers closed. A node that connects to its broker again begins anew, as if it had lost
   * it. If the driver has SetTimer, a connection whose other end does not greet within two minutes
   * is over; not one that waits for the other end to have a broker.
   *
   *   INVALID_ARGUMENT    no node, transport 0, no portals, null output, or flags
   *   OUT_OF_RANGE        more than 12 portals
   *   RESOURCE_EXHAUSTED  no memory for the connection
   *   UNKNOWN             the driver failed to activate the transport or to transmit
   * After a failure the transport is still the caller's. */
  IpczResult(IPCZ_API* ConnectNode)(IpczHandle node, IpczDriverHandle transport,
                                    size_t num_initial_portals, IpczConnectNodeFlags flags,
                                    const void* options, IpczHandle* initial_portals);

  /* Makes two portals, each other's peers. INVALID_ARGUMENT: no node, null output. */
  IpczResult(IPCZ_API* OpenPortals)(IpczHandle node, uint32_t flags, const void* options,
                                    IpczHandle* portal0, IpczHandle* portal1);

  /* Joins two routes: the peers of the two portals become each other's. Takes both handles.
   * Parcels that wait in either flow on to the other side.
   *   INVALID_ARGUMENT     not two portals, or each other's peers within the node
   *   FAILED_PRECONDITION  a parcel was put into one of them or got from it */
  IpczResult(IPCZ_API* MergePortals)(IpczHandle first, IpczHandle second, uint32_t flags,
                                     const void* options);

  IpczResult(IPCZ_API* QueryPortalStatus)(IpczHandle portal, uint32_t flags, const void* options,
                                          struct IpczPortalStatus* status);

  /* Sends a parcel. The bytes are copied, the handles taken.
   *   INVALID_ARGUMENT  no portal; null data or handles with a count; a handle that is no portal
   *                     or box, is given twice, is this portal or its peer within the node, or a
   *                     box whose content can never be sent (an application object without
   *                     serializer: when the peer is in another node)
   *   NOT_FOUND         the peer is known to be closed
   *   RESOURCE_EXHAUSTED  more than 1 GiB, or no memory */
  IpczResult(IPCZ_API* Put)(IpczHandle portal, const void* data, size_t num_bytes,
                            const IpczHandle* handles, size_t num_handles, uint32_t flags,
                            const void* options);

  /* Begins a put into memory of the router's: *num_bytes in, the room given out. A null `num_bytes`
   * asks for none. Any number may be open; parcels go in the order of their EndPut. The room is
   * exactly what was asked for; with ALLOW_PARTIAL at most 1 GiB of it.
   *   INVALID_ARGUMENT    no portal, null transaction
   *   NOT_FOUND           the peer is known to be closed
   *   RESOURCE_EXHAUSTED  more than 1 GiB and not ALLOW_PARTIAL, or no memory */
  IpczResult(IPCZ_API* BeginPut)(IpczHandle portal, IpczBeginPutFlags flags, const void* options,
                                 volatile void** data, size_t* num_bytes,
                                 IpczTransaction* transaction);

  /* Sends the first `num_bytes_produced` bytes with the handles, or drops them (ABORT).
   *   INVALID_ARGUMENT  as for Put, no such transaction, or more bytes than there was room for.
   *                     The transaction stays open.
   *   NOT_FOUND         the peer is known to be closed. The transaction is over; the handles stay
   *                     with the caller. */
  IpczResult(IPCZ_API* EndPut)(IpczHandle portal, IpczTransaction transaction,
                               size_t num_bytes_produced, const IpczHandle* handles,
                               size_t num_handles, IpczEndPutFlags flags, const void* options);

  /* Copies the next parcel of a portal out and removes it, or copies from a parcel. Counts are
   * room in, and size out; null means no room. With `parcel` (may be null) the parcel itself is
   * returned too, with its bytes and the handles not taken.
   *   INVALID_ARGUMENT    neither portal nor parcel; room without a buffer
   *   UNAVAILABLE         nothing to get yet
   *   NOT_FOUND           nothing to get any more: the portal is dead
   *   ALREADY_EXISTS      a two-phase get holds the parcel
   *   RESOURCE_EXHAUSTED  too little room, and not PARTIAL; the counts tell what is needed */
  IpczResult(IPCZ_API* Get)(IpczHandle source, IpczGetFlags flags, const void* options, void* data,
                            size_t* num_bytes, IpczHandle* handles, size_t* num_handles,
                            IpczHandle* parcel);

  /* Begins a get in place: *data points to the bytes, which nobody else can change, until EndGet.
   * The handles are moved to the caller for good. Without OVERLAPPED the portal's head is locked.
   *   INVALID_ARGUMENT    neither portal nor parcel, null transaction, room for handles without a
   *                       buffer, OVERLAPPED on a parcel
   *   UNAVAILABLE, NOT_FOUND  as for Get
   *   ALREADY_EXISTS      an exclusive get is open, or an overlapped one and this is none; also if
   *                       the queue is empty
   *   RESOURCE_EXHAUSTED  too little room for handles, and not PARTIAL; *num_handles tells */
  IpczResult(IPCZ_API* BeginGet)(IpczHandle source, IpczBeginGetFlags flags, const void* options,
                                 const volatile void** data, size_t* num_bytes, IpczHandle* handles,
                                 size_t* num_handles, IpczTransaction* transaction);

  /* Ends it. `parcel` (may be null) then receives the parcel; not when aborted.
   *   INVALID_ARGUMENT  neither portal nor parcel, or no such transaction */
  IpczResult(IPCZ_API* EndGet)(IpczHandle source, IpczTransaction transaction,
                               IpczEndGetFlags flags, const void* options, IpczHandle* parcel);

  /* Calls `handler` once, when one of the conditions becomes true or the portal is removed; then
   * the trap is gone. Traps of one portal are called in the order in which they were set.
   *   INVALID_ARGUMENT     no portal, no conditions or handler, a structure too small
   *   FAILED_PRECONDITION  a condition holds already: nothing was set, *satisfied_condition_flags
   *                        and *status (either may be null) tell */
  IpczResult(IPCZ_API* Trap)(IpczHandle portal, const struct IpczTrapConditions* conditions,
                             IpczTrapEventHandler handler, uintptr_t context, uint32_t flags,
                             const void* options, IpczTrapConditionFlags* satisfied_condition_flags,
                             struct IpczPortalStatus* status);

  /* Tells the driver that a parcel which came over one of its transports was not acceptable, with
   * `context` for the driver. The connection is left as it is; it may be over already, for the
   * transport is not closed before the last parcel that came over it.
   *   INVALID_ARGUMENT     no parcel, or REASON without options
   *   FAILED_PRECONDITION  the parcel did not come from another node
   *   UNIMPLEMENTED        the driver has no ReportBadTransportActivity */
  IpczResult(IPCZ_API* Reject)(IpczHandle parcel, uintptr_t context, IpczRejectFlags flags,
                               const void* options);

  /* Makes a box, which owns the content from then on.
   *   INVALID_ARGUMENT  no node, null contents or handle, too small, driver object 0
   *   UNIMPLEMENTED     another type than a driver's or an application's object */
  IpczResult(IPCZ_API* Box)(IpczHandle node, const struct IpczBoxContents* contents, uint32_t flags,
                            const void* options, IpczHandle* handle);

  /* Takes the content out and ends the box; with PEEK only tells what is in it.
   * INVALID_ARGUMENT: no box, null contents or too small. */
  IpczResult(IPCZ_API* Unbox)(IpczHandle handle, IpczUnboxFlags flags, const void* options,
                              struct IpczBoxContents* contents);
};

/* ---- Additions --------------------------------------------------------------------------------*/

/* What one portal may have under way: put into it, and not yet got from its peer. 0: no limit. */
struct IPCZ_ALIGN(8) IpczPortalLimits {
  size_t size;
  uint64_t max_parcels;
  uint64_t max_bytes;
};

/* What the other end of one connection may make a node hold. A peer that goes beyond is
 * disconnected. 0: the default. */
struct IPCZ_ALIGN(8) IpczNodeLimits {
  size_t size;
  /* Hops of routes on one connection, of both sides. Default 16,384. */
  uint64_t routes_per_link;
  /* Of parcels that came over one connection and still exist, in a queue or held: bytes, each
   * parcel counting 64 more. Default: no limit. */
  uint64_t held_bytes_per_link;
  /* Introductions that this broker makes for one other node within a second; what is beyond is
   * denied, and its route stays longer. Without SetTimer: in all. Default 1,024. */
  uint64_t introductions_per_second;
};

/* Of a node: sums over its connections since it was made. Of a portal: of the hop to its peer since
 * that came into being; 0 if the peer is in the same node. */
struct IPCZ_ALIGN(8) IpczCounters {
  size_t size;
  uint64_t parcels_sent;
  uint64_t bytes_sent;
  uint64_t parcels_received;
  uint64_t bytes_received;
  uint64_t num_links; /* this and what follows: now, of a node */
  uint64_t num_hops;
  uint64_t num_proxies; /* hops of routes that lead on through it: two of each route */
};

typedef uint32_t IpczDumpFlags;
#define IPCZ_DUMP_DOT IPCZ_FLAG_BIT(16) /* as a graph in the DOT language, not as text */
typedef uint32_t IpczQueryPeerFlags;
#define IPCZ_QUERY_PEER_NEXT_HOP IPCZ_FLAG_BIT(16)
typedef uint32_t IpczTraceEventKind;
#define IPCZ_TRACE_LINK_UP ((IpczTraceEventKind)1)      /* a connection is established */
#define IPCZ_TRACE_LINK_DOWN ((IpczTraceEventKind)2)    /* a connection is over */
#define IPCZ_TRACE_PORTAL_SENT ((IpczTraceEventKind)3)  /* a portal left by this new hop */
#define IPCZ_TRACE_PORTAL_CAME ((IpczTraceEventKind)4)  /* a portal came by this new hop */
#define IPCZ_TRACE_BYPASS_BEGUN ((IpczTraceEventKind)5) /* a proxy told its neighbours */
#define IPCZ_TRACE_BYPASS_TAKEN ((IpczTraceEventKind)6) /* a route goes on by this new hop */
#define IPCZ_TRACE_PROXY_GONE ((IpczTraceEventKind)7)   /* a proxy left the route of this hop */

struct IPCZ_ALIGN(8) IpczTraceEvent {
  size_t size;
  uintptr_t context; /* what SetTracer was given */
  IpczTraceEventKind kind;
  uint32_t reserved;
  /* The node at the other end of the connection, and the hop's number; 0 if none is meant. */
  uint8_t peer[16];
  uint64_t hop;
};

/* Runs on the thread that caused the event, without locks, after what it tells has happened. */
typedef void(IPCZ_API* IpczTraceHandler)(const struct IpczTraceEvent* event);

/* Is shown a transport of the router's, which is valid during the call. */
typedef void(IPCZ_API* IpczPeerHandler)(IpczDriverHandle transport, uintptr_t context);

/* The table of a caller that knows the additions: api.size is sizeof(struct IpczExtendedAPI), and
 * &api is what IpczGetAPI is given. */
struct IPCZ_ALIGN(8) IpczExtendedAPI {
  struct IpczAPI api;

  /* Limits what is under way from this portal; both limits 0: not any more. From then on a Put or
   * EndPut beyond them is RESOURCE_EXHAUSTED, changes nothing, and leaves a transaction open; a
   * trap for IPCZ_TRAP_WRITABLE tells when there is room again. What was put before is not counted.
   * The limits stay with the caller: a portal that is sent to another node arrives without.
   * INVALID_ARGUMENT: no portal, null limits or too small. */
  IpczResult(IPCZ_API* SetPortalLimits)(IpczHandle portal, const struct IpczPortalLimits* limits,
                                        uint32_t flags, const void* options);

  /* Holds from now on; what is beyond the new limits already stays.
   * INVALID_ARGUMENT: no node, null limits or too small. */
  IpczResult(IPCZ_API* SetNodeLimits)(IpczHandle node, const struct IpczNodeLimits* limits,
                                      uint32_t flags, const void* options);

  /* INVALID_ARGUMENT: neither node nor portal, null counters or too small. */
  IpczResult(IPCZ_API* QueryCounters)(IpczHandle handle, uint32_t flags, const void* options,
                                      struct IpczCounters* counters);

  /* What a node knows of routes: its connections, the hops on them, what each leads to, and how far
   * bypasses are. *num_bytes: room in, length out; not ended by a zero.
   *   INVALID_ARGUMENT    no node, null num_bytes, room without a buffer
   *   RESOURCE_EXHAUSTED  too little room; *num_bytes tells what is needed now */
  IpczResult(IPCZ_API* Dump)(IpczHandle node, IpczDumpFlags flags, const void* options, char* text,
                             size_t* num_bytes);

  /* Calls `handler` for what happens to the node's connections and routes; null: not any more.
   * INVALID_ARGUMENT: no node. */
  IpczResult(IPCZ_API* SetTracer)(IpczHandle node, IpczTraceHandler handler, uintptr_t context,
                                  uint32_t flags, const void* options);

  /* Makes a parcel handle, without bytes or handles, of the parcel that was last got from a portal
   * with IPCZ_GET_REMEMBER_ORIGIN: to reject it later, or never.
   *   INVALID_ARGUMENT     no portal, null output
   *   FAILED_PRECONDITION  nothing was got like that yet, or it did not come from another node */
  IpczResult(IPCZ_API* HoldOrigin)(IpczHandle portal, uint32_t flags, const void* options,
                                   IpczHandle* parcel);

  /* Calls `handler` once, within this call and without locks, with the transport that leads to the
   * node of the portal's peer: who is there is for the driver to say. Only while that is certain;
   * with NEXT_HOP always, and the peer may be further away. If it is closed: of what was last got
   * with IPCZ_GET_REMEMBER_ORIGIN.
   *   INVALID_ARGUMENT     no portal, null handler
   *   FAILED_PRECONDITION  it is not certain, or the peer is or was in this process */
  IpczResult(IPCZ_API* QueryPeer)(IpczHandle portal, IpczPeerHandler handler, uintptr_t context,
                                  IpczQueryPeerFlags flags, const void* options);
};

/* Fills the table. The caller sets api->size; afterwards it is the size that this library fills:
 * that of IpczExtendedAPI if there is room for it, otherwise that of IpczAPI.
 * INVALID_ARGUMENT: null, or too small.
 *
 *   struct IpczAPI ipcz = {.size = sizeof(ipcz)};
 *   if (IpczGetAPI(&ipcz) != IPCZ_RESULT_OK) ... */
typedef IpczResult(IPCZ_API* IpczGetAPIFn)(struct IpczAPI* api);
IPCZ_EXPORT IpczResult IPCZ_API IpczGetAPI(struct IpczAPI* api);

#if defined(__cplusplus)
} /* extern "C" */
#endif

#endif /* IPCZ_INCLUDE_IPCZ_IPCZ_H_ */
