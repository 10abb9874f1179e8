// Shapes.cc: functions for users of Shapes.ipdlh.
// Generated from Shapes.ipdlh by the ipdl compiler; do not edit.

#include "Shapes.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "runtime/param_traits.h"

namespace golden {

Point::Point(int32_t x, int32_t y) : x_(x), y_(y) {}

bool Point::operator==(const Point& other) const { return x_ == other.x_ && y_ == other.y_; }

Line::Line(Point from_point, Point to_point)
    : from_point_(std::move(from_point)), to_point_(std::move(to_point)) {}

bool Line::operator==(const Line& other) const {
  return from_point_ == other.from_point_ && to_point_ == other.to_point_;
}

bool Nothing::operator==(const Nothing&) const { return true; }

}  // namespace golden

namespace golden::trees {

Tree::Tree(Nothing value) : type_(TNothing), v_Nothing(std::move(value)) {}

Tree::Tree(bool value) : type_(Tbool), v_bool(value) {}

Tree::Tree(std::string value) : type_(Tstring), v_string(std::move(value)) {}

Tree::Tree(Branch value) : type_(TBranch), v_Branch(std::make_unique<Branch>(std::move(value))) {}

Tree::Tree(std::vector<Tree> value)
    : type_(TArrayOfTree), v_ArrayOfTree(std::make_unique<std::vector<Tree>>(std::move(value))) {}

Tree::Tree(const Tree& other) { CopyFrom(other); }

Tree::Tree(Tree&& other) noexcept { TakeFrom(other); }

Tree& Tree::operator=(const Tree& other) { return *this = Tree(other); }

Tree& Tree::operator=(Tree&& other) noexcept {
  if (this != &other) {
    // What `other` holds may be part of what this holds.
    Tree taken(std::move(other));
    Clear();
    TakeFrom(taken);
  }
  return *this;
}

Tree::~Tree() { Clear(); }

const Nothing& Tree::get_Nothing() const {
  Demand(TNothing);
  return v_Nothing;
}

Nothing& Tree::get_Nothing() {
  Demand(TNothing);
  return v_Nothing;
}

const bool& Tree::get_bool() const {
  Demand(Tbool);
  return v_bool;
}

bool& Tree::get_bool() {
  Demand(Tbool);
  return v_bool;
}

const std::string& Tree::get_string() const {
  Demand(Tstring);
  return v_string;
}

std::string& Tree::get_string() {
  Demand(Tstring);
  return v_string;
}

const Branch& Tree::get_Branch() const {
  Demand(TBranch);
  return *v_Branch;
}

Branch& Tree::get_Branch() {
  Demand(TBranch);
  return *v_Branch;
}

const std::vector<Tree>& Tree::get_ArrayOfTree() const {
  Demand(TArrayOfTree);
  return *v_ArrayOfTree;
}

std::vector<Tree>& Tree::get_ArrayOfTree() {
  Demand(TArrayOfTree);
  return *v_ArrayOfTree;
}

bool Tree::operator==(const Tree& other) const {
  if (type_ != other.type_) return false;
  switch (type_) {
    case T__None:
      break;
    case TNothing:
      return v_Nothing == other.v_Nothing;
    case Tbool:
      return v_bool == other.v_bool;
    case Tstring:
      return v_string == other.v_string;
    case TBranch:
      return *v_Branch == *other.v_Branch;
    case TArrayOfTree:
      return *v_ArrayOfTree == *other.v_ArrayOfTree;
  }
  return true;
}

void Tree::Demand(Type wanted) const {
  if (type_ == wanted) return;
  std::fprintf(stderr, "ipdl: golden::trees::Tree: alternative %u is asked for, %u is held\n",
               static_cast<unsigned>(wanted), static_cast<unsigned>(type_));
  std::abort();
}

void Tree::Clear() {
  switch (type_) {
    case T__None:
    case Tbool:
      break;
    case TNothing:
      std::destroy_at(&v_Nothing);
      break;
    case Tstring:
      std::destroy_at(&v_string);
      break;
    case TBranch:
      std::destroy_at(&v_Branch);
      break;
    case TArrayOfTree:
      std::destroy_at(&v_ArrayOfTree);
      break;
  }
  type_ = T__None;
}

void Tree::CopyFrom(const Tree& other) {
  switch (other.type_) {
    case T__None:
      break;
    case TNothing:
      std::construct_at(&v_Nothing, other.v_Nothing);
      break;
    case Tbool:
      std::construct_at(&v_bool, other.v_bool);
      break;
    case Tstring:
      std::construct_at(&v_string, other.v_string);
      break;
    case TBranch:
      std::construct_at(&v_Branch, std::make_unique<Branch>(*other.v_Branch));
      break;
    case TArrayOfTree:
      std::construct_at(&v_ArrayOfTree, std::make_unique<std::vector<Tree>>(*other.v_ArrayOfTree));
      break;
  }
  type_ = other.type_;
}

void Tree::TakeFrom(Tree& other) noexcept {
  switch (other.type_) {
    case T__None:
      break;
    case TNothing:
      std::construct_at(&v_Nothing, std::move(other.v_Nothing));
      break;
    case Tbool:
      std::construct_at(&v_bool, other.v_bool);
      break;
    case Tstring:
      std::construct_at(&v_string, std::move(other.v_string));
      break;
    case TBranch:
      std::construct_at(&v_Branch, std::move(other.v_Branch));
      break;
    case TArrayOfTree:
      std::construct_at(&v_ArrayOfTree, std::move(other.v_ArrayOfTree));
      break;
  }
  type_ = other.type_;
  other.Clear();
}

Branch::Branch(Tree left, Tree right) : left_(std::move(left)), right_(std::move(right)) {}

bool Branch::operator==(const Branch& other) const {
  return left_ == other.left_ && right_ == other.right_;
}

}  // namespace golden::trees

namespace golden {

Owner::Owner(::ipdl::FileDescriptor value)
    : type_(TFileDescriptor), v_FileDescriptor(std::move(value)) {}

Owner::Owner(std::unique_ptr<Point> value)
    : type_(TUniquePtrOfPoint), v_UniquePtrOfPoint(std::move(value)) {}

Owner::Owner(std::optional<std::vector<Point>> value)
    : type_(TMaybeArrayOfPoint), v_MaybeArrayOfPoint(std::move(value)) {}

Owner::Owner(Owner&& other) noexcept { TakeFrom(other); }

Owner& Owner::operator=(Owner&& other) noexcept {
  if (this != &other) {
    // What `other` holds may be part of what this holds.
    Owner taken(std::move(other));
    Clear();
    TakeFrom(taken);
  }
  return *this;
}

Owner::~Owner() { Clear(); }

const ::ipdl::FileDescriptor& Owner::get_FileDescriptor() const {
  Demand(TFileDescriptor);
  return v_FileDescriptor;
}

::ipdl::FileDescriptor& Owner::get_FileDescriptor() {
  Demand(TFileDescriptor);
  return v_FileDescriptor;
}

const std::unique_ptr<Point>& Owner::get_UniquePtrOfPoint() const {
  Demand(TUniquePtrOfPoint);
  return v_UniquePtrOfPoint;
}

std::unique_ptr<Point>& Owner::get_UniquePtrOfPoint() {
  Demand(TUniquePtrOfPoint);
  return v_UniquePtrOfPoint;
}

const std::optional<std::vector<Point>>& Owner::get_MaybeArrayOfPoint() const {
  Demand(TMaybeArrayOfPoint);
  return v_MaybeArrayOfPoint;
}

std::optional<std::vector<Point>>& Owner::get_MaybeArrayOfPoint() {
  Demand(TMaybeArrayOfPoint);
  return v_MaybeArrayOfPoint;
}

void Owner::Demand(Type wanted) const {
  if (type_ == wanted) return;
  std::fprintf(stderr, "ipdl: golden::Owner: alternative %u is asked for, %u is held\n",
               static_cast<unsigned>(wanted), static_cast<unsigned>(type_));
  std::abort();
}

void Owner::Clear() {
  switch (type_) {
    case T__None:
      break;
    case TFileDescriptor:
      std::destroy_at(&v_FileDescriptor);
      break;
    case TUniquePtrOfPoint:
      std::destroy_at(&v_UniquePtrOfPoint);
      break;
    case TMaybeArrayOfPoint:
      std::destroy_at(&v_MaybeArrayOfPoint);
      break;
  }
  type_ = T__None;
}

void Owner::TakeFrom(Owner& other) noexcept {
  switch (other.type_) {
    case T__None:
      break;
    case TFileDescriptor:
      std::construct_at(&v_FileDescriptor, std::move(other.v_FileDescriptor));
      break;
    case TUniquePtrOfPoint:
      std::construct_at(&v_UniquePtrOfPoint, std::move(other.v_UniquePtrOfPoint));
      break;
    case TMaybeArrayOfPoint:
      std::construct_at(&v_MaybeArrayOfPoint, std::move(other.v_MaybeArrayOfPoint));
      break;
  }
  type_ = other.type_;
  other.Clear();
}

}  // namespace golden

namespace ipdl {

void ParamTraits<::golden::Point>::Write(Writer& out, const ::golden::Point& value) {
  WriteParam(out, value.x());
  WriteParam(out, value.y());
}

bool ParamTraits<::golden::Point>::Read(Reader& in, ::golden::Point* value) {
  return ReadParam(in, "x", &value->x()) && ReadParam(in, "y", &value->y());
}

void ParamTraits<::golden::Line>::Write(Writer& out, const ::golden::Line& value) {
  WriteParam(out, value.from_point());
  WriteParam(out, value.to_point());
}

bool ParamTraits<::golden::Line>::Read(Reader& in, ::golden::Line* value) {
  return ReadParam(in, "from_point", &value->from_point()) &&
         ReadParam(in, "to_point", &value->to_point());
}

void ParamTraits<::golden::Nothing>::Write(Writer& out, const ::golden::Nothing&) {
  out.Put(uint8_t{0});
}

bool ParamTraits<::golden::Nothing>::Read(Reader& in, ::golden::Nothing*) {
  uint8_t nothing{};
  return in.Get(&nothing) && (nothing == 0 || in.Fail("is not empty"));
}

void ParamTraits<::golden::trees::Tree>::Write(Writer& out, const ::golden::trees::Tree& value) {
  out.Enter();
  out.Put(static_cast<uint32_t>(value.type()));
  switch (value.type()) {
    case ::golden::trees::Tree::T__None:
      out.Fail("a union holds nothing");
      break;
    case ::golden::trees::Tree::TNothing:
      WriteParam(out, value.get_Nothing());
      break;
    case ::golden::trees::Tree::Tbool:
      WriteParam(out, value.get_bool());
      break;
    case ::golden::trees::Tree::Tstring:
      WriteParam(out, value.get_string());
      break;
    case ::golden::trees::Tree::TBranch:
      out.ChargeMemory(sizeof(::golden::trees::Branch));
      WriteParam(out, value.get_Branch());
      break;
    case ::golden::trees::Tree::TArrayOfTree:
      out.ChargeMemory(sizeof(std::vector<::golden::trees::Tree>));
      WriteParam(out, value.get_ArrayOfTree());
      break;
  }
  out.Leave();
}

bool ParamTraits<::golden::trees::Tree>::Read(Reader& in, ::golden::trees::Tree* value) {
  uint32_t tag{};
  if (!in.Enter() || !in.Get(&tag)) return false;
  bool read = false;
  switch (tag) {
    case ::golden::trees::Tree::TNothing:
      *value = ::golden::Nothing();
      read = ReadParam(in, "Nothing", &value->get_Nothing());
      break;
    case ::golden::trees::Tree::Tbool:
      *value = bool{};
      read = ReadParam(in, "bool", &value->get_bool());
      break;
    case ::golden::trees::Tree::Tstring:
      *value = std::string();
      read = ReadParam(in, "string", &value->get_string());
      break;
    case ::golden::trees::Tree::TBranch:
      if (!in.ChargeMemory(sizeof(::golden::trees::Branch))) return false;
      *value = ::golden::trees::Branch();
      read = ReadParam(in, "Branch", &value->get_Branch());
      break;
    case ::golden::trees::Tree::TArrayOfTree:
      if (!in.ChargeMemory(sizeof(std::vector<::golden::trees::Tree>))) return false;
      *value = std::vector<::golden::trees::Tree>();
      read = ReadParam(in, "ArrayOfTree", &value->get_ArrayOfTree());
      break;
    default:
      return in.Fail("a union has a tag that names none of its alternatives");
  }
  in.Leave();
  return read;
}

void ParamTraits<::golden::trees::Branch>::Write(Writer& out,
                                                 const ::golden::trees::Branch& value) {
  out.Enter();
  WriteParam(out, value.left());
  WriteParam(out, value.right());
  out.Leave();
}

bool ParamTraits<::golden::trees::Branch>::Read(Reader& in, ::golden::trees::Branch* value) {
  const bool read = in.Enter() && ReadParam(in, "left", &value->left()) &&
                    ReadParam(in, "right", &value->right());
  in.Leave();
  return read;
}

void ParamTraits<::golden::Owner>::Write(Writer& out, ::golden::Owner&& value) {
  out.Put(static_cast<uint32_t>(value.type()));
  switch (value.type()) {
    case ::golden::Owner::T__None:
      out.Fail("a union holds nothing");
      break;
    case ::golden::Owner::TFileDescriptor:
      WriteParam(out, std::move(value.get_FileDescriptor()));
      break;
    case ::golden::Owner::TUniquePtrOfPoint:
      WriteParam(out, value.get_UniquePtrOfPoint());
      break;
    case ::golden::Owner::TMaybeArrayOfPoint:
      WriteParam(out, value.get_MaybeArrayOfPoint());
      break;
  }
}

bool ParamTraits<::golden::Owner>::Read(Reader& in, ::golden::Owner* value) {
  uint32_t tag{};
  if (!in.Get(&tag)) return false;
  switch (tag) {
    case ::golden::Owner::TFileDescriptor:
      *value = ::ipdl::FileDescriptor();
      return ReadParam(in, "FileDescriptor", &value->get_FileDescriptor());
    case ::golden::Owner::TUniquePtrOfPoint:
      *value = std::unique_ptr<::golden::Point>();
      return ReadParam(in, "UniquePtrOfPoint", &value->get_UniquePtrOfPoint());
    case ::golden::Owner::TMaybeArrayOfPoint:
      *value = std::optional<std::vector<::golden::Point>>();
      return ReadParam(in, "MaybeArrayOfPoint", &value->get_MaybeArrayOfPoint());
    default:
      return in.Fail("a union has a tag that names none of its alternatives");
  }
}

}  // namespace ipdl
