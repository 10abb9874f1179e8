// The environment variables between a launcher and the program it launches.
//
// Internal to process.cc and process_*.cc. Read and removed by TakeInheritedChannelEnd.

#ifndef IPDL_GLUE_PROCESS_ENVIRONMENT_H_
#define IPDL_GLUE_PROCESS_ENVIRONMENT_H_

namespace ipdl {

// The number of the inherited channel's descriptor.
inline constexpr char kChannelVariable[] = "IPDL_CHANNEL_FD";
// Set to anything if the launcher is not the broker of its network, but was launched itself.
inline constexpr char kReferredVariable[] = "IPDL_CHANNEL_REFERRED";
// How the launched process is to call itself in its log lines: "Child#2".
inline constexpr char kLabelVariable[] = "IPDL_PROCESS_LABEL";
// What kind of process it is.
inline constexpr char kKindVariable[] = "IPDL_PROCESS_KIND";
// Who is at the other end of the channel, the broker of the network: process id, colon, kind.
inline constexpr char kBrokerVariable[] = "IPDL_CHANNEL_PEER";

}  // namespace ipdl

#endif  // IPDL_GLUE_PROCESS_ENVIRONMENT_H_
