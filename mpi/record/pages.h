// Memory straight from the kernel: it may be had inside any MPI call, and grows by doubling.
#pragma once

#include <sys/mman.h>

#include <cstddef>

namespace polyplane::record {

/// Zeroed; null when there is none.
[[nodiscard]] inline void* map_pages(std::size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}

/// An array of plain data that keeps what it holds when it grows. Never shrinks, never freed: it lives as long as the
/// process. REQUIRES: sizes are powers of two of elements.
template <class T>
class PageArray {
 public:
  [[nodiscard]] T& operator[](std::size_t i) { return data_[i]; }
  [[nodiscard]] T* data() { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }

  /// At least so many elements; new ones are zero bytes. False when there is no memory: nothing has changed then.
  [[nodiscard]] bool reserve(std::size_t count) {
    if (count <= size_) return true;
    std::size_t wanted = size_ == 0 ? kFirst : size_;
    while (wanted < count) wanted *= 2;
    void* grown = data_ == nullptr ? map_pages(wanted * sizeof(T))
                                   : mremap(data_, size_ * sizeof(T), wanted * sizeof(T), MREMAP_MAYMOVE);
    if (grown == nullptr || grown == MAP_FAILED) return false;
    data_ = static_cast<T*>(grown);
    size_ = wanted;
    return true;
  }

 private:
  static constexpr std::size_t kFirst = 4096;
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace polyplane::record
