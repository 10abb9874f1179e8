// What a node knows of routes, for people.
//
// What it is: a text, or a graph in the DOT language, of the node's connections, the hops on them,
// what each hop leads to and how far a bypass is. What it is not: parsed by anything of ours.
// Called by the C function Dump, under the domain's lock.

#ifndef IPDL_RUNTIME_PORTAL_DUMP_H_
#define IPDL_RUNTIME_PORTAL_DUMP_H_

#include <string>

namespace ipdl::portal {

class Node;

std::string DumpText(const Node& node);
std::string DumpDot(const Node& node);

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_DUMP_H_
