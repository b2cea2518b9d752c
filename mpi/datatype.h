// An MPI datatype, and the kinds of elements that polyplane computes with.
#pragma once

#include <mpi.h>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace polyplane::mpi {

/// int32 wraps around. bfloat16 is the upper half of a float32; MPI does not know it: two bytes with operations of ours
/// (mpi/operation.h). byte is unsigned and wraps around too.
enum class ElementKind : std::uint8_t { int32, float32, float64, bfloat16, byte };

[[nodiscard]] std::vector<ElementKind> all_element_kinds();
/// Names as nccl-tests has them: int32, float, double, bfloat16, uint8.
[[nodiscard]] std::string_view to_string(ElementKind kind);
/// Throws InputError with the allowed names and a did-you-mean.
[[nodiscard]] ElementKind parse_element_kind(std::string_view name);
[[nodiscard]] std::int64_t size_of(ElementKind kind);

/// Owns a datatype that was made; a predefined one is only referred to.
class Datatype {
 public:
  /// Of one element. bfloat16: two bytes in a row, committed.
  static Datatype of(ElementKind kind);
  /// `count` bytes in a row, committed. Throws MpiError.
  static Datatype bytes(int count);
  /// `count` elements of `of` in a row, committed, of which MPI counts at most `most` at a time. Throws MpiError.
  static Datatype row(const Datatype& of, std::int64_t count, std::int64_t most);

  Datatype(Datatype&& other) noexcept
      : handle_(std::exchange(other.handle_, MPI_DATATYPE_NULL)), owned_(std::exchange(other.owned_, false)) {}
  Datatype& operator=(Datatype&& other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(owned_, other.owned_);
    return *this;
  }
  ~Datatype();

  [[nodiscard]] MPI_Datatype handle() const { return handle_; }

 private:
  Datatype(MPI_Datatype handle, bool owned) : handle_(handle), owned_(owned) {}
  MPI_Datatype handle_;
  bool owned_;
};

}  // namespace polyplane::mpi
