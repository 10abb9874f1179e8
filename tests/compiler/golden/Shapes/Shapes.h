// Shapes.h: types for users of Shapes.ipdlh.
// Generated from Shapes.ipdlh by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_GOLDEN_SHAPES_H_
#define IPDL_GENERATED_GOLDEN_SHAPES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/handle.h"

namespace golden::trees {
class Branch;
}  // namespace golden::trees

namespace golden {

class Point {
 public:
  Point() = default;
  Point(int32_t x, int32_t y);

  /// To the right.
  const int32_t& x() const { return x_; }
  int32_t& x() { return x_; }

  const int32_t& y() const { return y_; }
  int32_t& y() { return y_; }

  bool operator==(const Point& other) const;

 private:
  int32_t x_{};
  int32_t y_{};
};

/// Defined after what it holds, whatever the order here.
class Line {
 public:
  Line() = default;
  Line(Point from_point, Point to_point);

  const Point& from_point() const { return from_point_; }
  Point& from_point() { return from_point_; }

  const Point& to_point() const { return to_point_; }
  Point& to_point() { return to_point_; }

  bool operator==(const Line& other) const;

 private:
  Point from_point_;
  Point to_point_;
};

class Nothing {
 public:
  Nothing() = default;

  bool operator==(const Nothing& other) const;
};

}  // namespace golden

namespace golden::trees {

/// Recursion goes through the heap.
class Tree {
 public:
  enum Type : uint32_t {
    T__None = 0,
    TNothing,
    Tbool,
    Tstring,
    TBranch,
    TArrayOfTree,
    T__Last = TArrayOfTree,
  };

  Tree() {}
  Tree(Nothing value);
  Tree(bool value);
  Tree(std::string value);
  Tree(Branch value);
  Tree(std::vector<Tree> value);
  Tree(const void*) = delete;  // or a string literal would become a bool
  Tree(const Tree& other);
  Tree(Tree&& other) noexcept;
  Tree& operator=(const Tree& other);
  Tree& operator=(Tree&& other) noexcept;
  ~Tree();

  // The alternative held; T__None by default and after a move from here.
  Type type() const { return type_; }

  // The value held. To ask for another than that ends the process.
  const Nothing& get_Nothing() const;
  Nothing& get_Nothing();
  const bool& get_bool() const;
  bool& get_bool();
  const std::string& get_string() const;
  std::string& get_string();
  const Branch& get_Branch() const;
  Branch& get_Branch();
  const std::vector<Tree>& get_ArrayOfTree() const;
  std::vector<Tree>& get_ArrayOfTree();

  bool operator==(const Tree& other) const;

 private:
  // Ends the process unless the alternative is held.
  void Demand(Type wanted) const;
  // Destroys the value held, if any.
  void Clear();
  // From nothing to a copy of `other`'s value, or to that value itself.
  void CopyFrom(const Tree& other);
  void TakeFrom(Tree& other) noexcept;

  Type type_ = T__None;
  union {
    Nothing v_Nothing;
    bool v_bool;
    std::string v_string;
    std::unique_ptr<Branch> v_Branch;
    std::unique_ptr<std::vector<Tree>> v_ArrayOfTree;
  };
};

class Branch {
 public:
  Branch() = default;
  Branch(Tree left, Tree right);

  const Tree& left() const { return left_; }
  Tree& left() { return left_; }

  const Tree& right() const { return right_; }
  Tree& right() { return right_; }

  bool operator==(const Branch& other) const;

 private:
  Tree left_;
  Tree right_;
};

}  // namespace golden::trees

namespace golden {

/// Not to be copied.
class Owner {
 public:
  enum Type : uint32_t {
    T__None = 0,
    TFileDescriptor,
    TUniquePtrOfPoint,
    TMaybeArrayOfPoint,
    T__Last = TMaybeArrayOfPoint,
  };

  Owner() {}
  Owner(::ipdl::FileDescriptor value);
  Owner(std::unique_ptr<Point> value);
  Owner(std::optional<std::vector<Point>> value);
  Owner(Owner&& other) noexcept;
  Owner& operator=(Owner&& other) noexcept;
  ~Owner();

  // The alternative held; T__None by default and after a move from here.
  Type type() const { return type_; }

  // The value held. To ask for another than that ends the process.
  const ::ipdl::FileDescriptor& get_FileDescriptor() const;
  ::ipdl::FileDescriptor& get_FileDescriptor();
  const std::unique_ptr<Point>& get_UniquePtrOfPoint() const;
  std::unique_ptr<Point>& get_UniquePtrOfPoint();
  const std::optional<std::vector<Point>>& get_MaybeArrayOfPoint() const;
  std::optional<std::vector<Point>>& get_MaybeArrayOfPoint();

 private:
  // Ends the process unless the alternative is held.
  void Demand(Type wanted) const;
  // Destroys the value held, if any.
  void Clear();
  // From nothing to a copy of `other`'s value, or to that value itself.
  void TakeFrom(Owner& other) noexcept;

  Type type_ = T__None;
  union {
    ::ipdl::FileDescriptor v_FileDescriptor;
    std::unique_ptr<Point> v_UniquePtrOfPoint;
    std::optional<std::vector<Point>> v_MaybeArrayOfPoint;
  };
};

}  // namespace golden

namespace ipdl {

class Reader;
class Writer;
template <typename T>
struct ParamTraits;

template <>
struct ParamTraits<::golden::Point> {
  static constexpr size_t kMinWireBytes = 8;
  static void Write(Writer& out, const ::golden::Point& value);
  static bool Read(Reader& in, ::golden::Point* value);
};

template <>
struct ParamTraits<::golden::Line> {
  static constexpr size_t kMinWireBytes = 16;
  static void Write(Writer& out, const ::golden::Line& value);
  static bool Read(Reader& in, ::golden::Line* value);
};

template <>
struct ParamTraits<::golden::Nothing> {
  static constexpr size_t kMinWireBytes = 1;
  static void Write(Writer& out, const ::golden::Nothing& value);
  static bool Read(Reader& in, ::golden::Nothing* value);
};

template <>
struct ParamTraits<::golden::trees::Tree> {
  static constexpr size_t kMinWireBytes = 4;
  static void Write(Writer& out, const ::golden::trees::Tree& value);
  static bool Read(Reader& in, ::golden::trees::Tree* value);
};

template <>
struct ParamTraits<::golden::trees::Branch> {
  static constexpr size_t kMinWireBytes = 8;
  static void Write(Writer& out, const ::golden::trees::Branch& value);
  static bool Read(Reader& in, ::golden::trees::Branch* value);
};

template <>
struct ParamTraits<::golden::Owner> {
  static constexpr size_t kMinWireBytes = 4;
  static void Write(Writer& out, ::golden::Owner&& value);
  static bool Read(Reader& in, ::golden::Owner* value);
};

}  // namespace ipdl

#endif  // IPDL_GENERATED_GOLDEN_SHAPES_H_
