#include "sim/fingerprint.h"

#include <xxhash.h>

#include <string_view>

namespace polyplane::sim {

namespace {

/// A canonical byte string: little-endian integers, texts with their length in front.
class Canonical {
 public:
  void add(std::uint64_t value) {
    for (unsigned shift = 0; shift < 64; shift += 8) bytes_.push_back(static_cast<char>(value >> shift));
  }
  void add(std::string_view text) {
    add(static_cast<std::uint64_t>(text.size()));
    bytes_.append(text);
  }
  [[nodiscard]] std::uint64_t hash() const { return XXH3_64bits(bytes_.data(), bytes_.size()); }

 private:
  std::string bytes_;
};

}  // namespace

std::uint64_t fingerprint(const CollectiveResult& result, std::span<const double> link_bytes) {
  Canonical canonical;
  canonical.add(collectives::to_string(result.kind));
  canonical.add(result.algorithm);
  canonical.add(result.model);
  canonical.add(std::uint64_t{result.ranks});
  canonical.add(static_cast<std::uint64_t>(result.size.count()));
  canonical.add(static_cast<std::uint64_t>(result.time.ps()));
  for (const double bytes : link_bytes) canonical.add(static_cast<std::uint64_t>(bytes * 256.0 + 0.5));
  return canonical.hash();
}

std::uint64_t fingerprint(const FlowResult& result) {
  Canonical canonical;
  canonical.add(result.name);
  canonical.add(static_cast<std::uint64_t>(result.start.ps()));
  canonical.add(static_cast<std::uint64_t>(result.end.ps()));
  return canonical.hash();
}

std::uint64_t fingerprint(std::string_view model, std::string_view mode, std::span<const std::int64_t> times_ps) {
  Canonical canonical;
  canonical.add(model);
  canonical.add(mode);
  for (const std::int64_t time : times_ps) canonical.add(static_cast<std::uint64_t>(time));
  return canonical.hash();
}

std::uint64_t combine(std::span<const std::uint64_t> fingerprints) {
  Canonical canonical;
  for (const std::uint64_t fingerprint : fingerprints) canonical.add(fingerprint);
  return canonical.hash();
}

std::string fingerprint_text(std::uint64_t fingerprint) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (unsigned shift = 64; shift > 0; shift -= 4) text.push_back(kDigits[(fingerprint >> (shift - 4)) & 15U]);
  return text;
}

std::uint64_t fingerprint(std::span<const Report> reports) {
  if (reports.size() == 1) return reports.front().fingerprint;
  std::vector<std::uint64_t> parts;
  for (const Report& report : reports) parts.push_back(report.fingerprint);
  return combine(parts);
}

}  // namespace polyplane::sim
