// PDelete.cc: functions for both sides of protocol golden::new::PDelete.
// Generated from PDelete.ipdl by the ipdl compiler; do not edit.

#include "PDelete.h"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "runtime/param_traits.h"

namespace golden::new_ {

operator_::operator_(int32_t delete_, int32_t delete__, int32_t value, int32_t value_)
    : delete___(delete_), delete____(delete__), value__(value), value___(value_) {}

template_::template_(operator_ value) : type_(Toperator), v_operator(std::move(value)) {}

template_::template_(int32_t value) : type_(Tint32_t), v_int32_t(value) {}

template_::template_(const template_& other) { CopyFrom(other); }

template_::template_(template_&& other) noexcept { TakeFrom(other); }

template_& template_::operator=(const template_& other) { return *this = template_(other); }

template_& template_::operator=(template_&& other) noexcept {
  if (this != &other) {
    // What `other` holds may be part of what this holds.
    template_ taken(std::move(other));
    Clear();
    TakeFrom(taken);
  }
  return *this;
}

template_::~template_() { Clear(); }

const operator_& template_::get_operator() const {
  Demand(Toperator);
  return v_operator;
}

operator_& template_::get_operator() {
  Demand(Toperator);
  return v_operator;
}

const int32_t& template_::get_int32_t() const {
  Demand(Tint32_t);
  return v_int32_t;
}

int32_t& template_::get_int32_t() {
  Demand(Tint32_t);
  return v_int32_t;
}

void template_::Demand(Type wanted) const {
  if (type_ == wanted) return;
  std::fprintf(stderr, "ipdl: golden::new::template: alternative %u is asked for, %u is held\n",
               static_cast<unsigned>(wanted), static_cast<unsigned>(type_));
  std::abort();
}

void template_::Clear() {
  switch (type_) {
    case T__None:
    case Tint32_t:
      break;
    case Toperator:
      std::destroy_at(&v_operator);
      break;
  }
  type_ = T__None;
}

void template_::CopyFrom(const template_& other) {
  switch (other.type_) {
    case T__None:
      break;
    case Toperator:
      std::construct_at(&v_operator, other.v_operator);
      break;
    case Tint32_t:
      std::construct_at(&v_int32_t, other.v_int32_t);
      break;
  }
  type_ = other.type_;
}

void template_::TakeFrom(template_& other) noexcept {
  switch (other.type_) {
    case T__None:
      break;
    case Toperator:
      std::construct_at(&v_operator, std::move(other.v_operator));
      break;
    case Tint32_t:
      std::construct_at(&v_int32_t, other.v_int32_t);
      break;
  }
  type_ = other.type_;
  other.Clear();
}

namespace PDelete {
namespace {

constexpr ::ipdl::MessageInfo kMessages[] = {
    {"this", ::ipdl::kParentReceives | ::ipdl::kChildReceives | ::ipdl::kHasReply,
     "in:i32,out:i32,self:{delete:i32,delete_:i32,value:i32,value_:i32},actor:<{delete:i32,"
     "delete_:i32,value:i32,value_:i32}|i32>",
     "reply:b"},
};

}  // namespace

constinit const ::ipdl::ProtocolInfo kProtocol = {
    .name = "golden::new::PDelete",
    .id = kProtocolId,
    .fingerprint = 0x78b718f9592aa962,
    .toplevel = true,
    .parent_kinds = "Parent",
    .messages = kMessages,
    .message_count = 1,
};

}  // namespace PDelete

}  // namespace golden::new_

namespace ipdl {

void ParamTraits<::golden::new_::operator_>::Write(Writer& out,
                                                   const ::golden::new_::operator_& value) {
  WriteParam(out, value.delete_());
  WriteParam(out, value.delete__());
  WriteParam(out, value.value());
  WriteParam(out, value.value_());
}

bool ParamTraits<::golden::new_::operator_>::Read(Reader& in, ::golden::new_::operator_* value) {
  return ReadParam(in, "delete", &value->delete_()) &&
         ReadParam(in, "delete_", &value->delete__()) && ReadParam(in, "value", &value->value()) &&
         ReadParam(in, "value_", &value->value_());
}

void ParamTraits<::golden::new_::template_>::Write(Writer& out,
                                                   const ::golden::new_::template_& value) {
  out.Put(static_cast<uint32_t>(value.type()));
  switch (value.type()) {
    case ::golden::new_::template_::T__None:
      out.Fail("a union holds nothing");
      break;
    case ::golden::new_::template_::Toperator:
      WriteParam(out, value.get_operator());
      break;
    case ::golden::new_::template_::Tint32_t:
      WriteParam(out, value.get_int32_t());
      break;
  }
}

bool ParamTraits<::golden::new_::template_>::Read(Reader& in, ::golden::new_::template_* value) {
  uint32_t tag{};
  if (!in.Get(&tag)) return false;
  switch (tag) {
    case ::golden::new_::template_::Toperator:
      *value = ::golden::new_::operator_();
      return ReadParam(in, "operator", &value->get_operator());
    case ::golden::new_::template_::Tint32_t:
      *value = int32_t{};
      return ReadParam(in, "int32_t", &value->get_int32_t());
    default:
      return in.Fail("a union has a tag that names none of its alternatives");
  }
}

}  // namespace ipdl
