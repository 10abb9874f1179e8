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
// How the launched process is to call itself in its log lines: "content#2".
inline constexpr char kLabelVariable[] = "IPDL_PROCESS_LABEL";

}  // namespace ipdl

#endif  // IPDL_GLUE_PROCESS_ENVIRONMENT_H_
