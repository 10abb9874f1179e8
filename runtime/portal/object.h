// What a handle of the application, or of the driver, can stand for.
//
// What it is: the base of nodes, portals, parcels, boxes and listeners, with the kind that a handle
// is checked against. Called by HandleTable and by all that have handles.

#ifndef IPDL_RUNTIME_PORTAL_OBJECT_H_
#define IPDL_RUNTIME_PORTAL_OBJECT_H_

#include <cstdint>

#include "runtime/portal/ref.h"

namespace ipdl::portal {

enum class ObjectKind : uint8_t {
  kNode = 1,
  kPortal = 2,
  kParcel = 3,
  kBox = 4,
  kListener = 5,  // the driver's: it never comes through the application's calls
};

class Object : public RefCounted {
 public:
  virtual ~Object() = default;
  ObjectKind kind() const { return kind_; }

 protected:
  explicit Object(ObjectKind kind) : kind_(kind) {}

 private:
  const ObjectKind kind_;
};

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_OBJECT_H_
