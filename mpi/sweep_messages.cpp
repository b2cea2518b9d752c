#include "mpi/sweep_messages.h"

#include <bit>
#include <cstring>
#include <string_view>

#include "base/check.h"

namespace polyplane::mpi {
namespace {

/// Numbers as 8 bytes, texts behind their length: bits arrive as they are.
class Packer {
 public:
  Packer& add(std::int64_t value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    text_.append(bytes, sizeof value);
    return *this;
  }
  Packer& add(double value) { return add(std::bit_cast<std::int64_t>(value)); }
  Packer& add(std::string_view value) {
    add(static_cast<std::int64_t>(value.size()));
    text_.append(value);
    return *this;
  }
  template <class Number>
  Packer& add(const std::optional<Number>& value) {
    add(std::int64_t{value.has_value()});
    return value ? add(*value) : *this;
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

class Unpacker {
 public:
  explicit Unpacker(std::string_view text) : rest_(text) {}

  std::int64_t integer() {
    CHECK(rest_.size() >= sizeof(std::int64_t), "a message of a sweep is too short");
    std::int64_t value = 0;
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }
  double real() { return std::bit_cast<double>(integer()); }
  std::string text() {
    const auto size = static_cast<std::size_t>(integer());
    CHECK(rest_.size() >= size, "a message of a sweep is too short");
    std::string value(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return value;
  }
  std::optional<std::int64_t> maybe_integer() { return integer() == 0 ? std::nullopt : std::optional(integer()); }
  std::optional<double> maybe_real() { return integer() == 0 ? std::nullopt : std::optional(real()); }

 private:
  std::string_view rest_;
};

template <class Unit>
std::optional<std::int64_t> count_of(const std::optional<Unit>& figure, std::int64_t (Unit::*count)() const) {
  return figure ? std::optional(((*figure).*count)()) : std::nullopt;
}

template <class Unit>
std::optional<Unit> figure(const std::optional<std::int64_t>& count, Unit (*make)(std::int64_t)) {
  return count ? std::optional(make(*count)) : std::nullopt;
}

}  // namespace

std::string point_text(const sim::RunningPoint& point, std::size_t beside) {
  return Packer()
      .add(static_cast<std::int64_t>(point.position))
      .add(static_cast<std::int64_t>(beside))
      .add(point.key)
      .take();
}

std::string end_text(bool at_once) { return Packer().add(std::int64_t{at_once ? -2 : -1}).take(); }

Order parse_order(const std::string& text) {
  Unpacker from(text);
  const std::int64_t position = from.integer();
  if (position < 0) return {.point = std::nullopt, .at_once = position == -2};
  const auto beside = static_cast<std::size_t>(from.integer());
  CHECK(beside > 0, "a point beside nobody");
  return {.point = sim::RunningPoint{.position = static_cast<std::size_t>(position), .key = from.text()},
          .beside = beside};
}

std::string answer_text(const PointAnswer& answer) {
  const sim::SweepResult& result = answer.result;
  Packer to;
  to.add(answer.trouble).add(static_cast<std::int64_t>(result.failure)).add(result.error);
  to.add(result.cluster).add(result.algorithm).add(result.endpoints).add(result.time.ps());
  to.add(result.algbw_GBps).add(result.busbw_GBps).add(count_of(result.lower_bound, &Duration::ps));
  to.add(count_of(result.figures.network_cost, &Money::cents));
  to.add(count_of(result.figures.system_cost, &Money::cents));
  to.add(count_of(result.figures.network_power, &Power::milliwatts));
  to.add(count_of(result.figures.system_power, &Power::milliwatts));
  to.add(std::int64_t{result.lacks_memory});
  to.add(result.fingerprint).add(result.report).add(answer.run.host).add(answer.run.seconds);
  return to.take();
}

PointAnswer parse_answer(const std::string& text) {
  Unpacker from(text);
  PointAnswer answer;
  sim::SweepResult& result = answer.result;
  answer.trouble = from.text();
  result.failure = static_cast<sim::SweepFailure>(from.integer());
  result.error = from.text();
  result.cluster = from.text();
  result.algorithm = from.text();
  result.endpoints = from.integer();
  result.time = Duration::from_ps(from.integer());
  result.algbw_GBps = from.maybe_real();
  result.busbw_GBps = from.maybe_real();
  result.lower_bound = figure(from.maybe_integer(), &Duration::from_ps);
  result.figures.network_cost = figure(from.maybe_integer(), &Money::from_cents);
  result.figures.system_cost = figure(from.maybe_integer(), &Money::from_cents);
  result.figures.network_power = figure(from.maybe_integer(), &Power::from_milliwatts);
  result.figures.system_power = figure(from.maybe_integer(), &Power::from_milliwatts);
  result.lacks_memory = from.integer() != 0;
  result.fingerprint = from.text();
  result.report = from.text();
  answer.run.host = from.text();
  answer.run.seconds = from.real();
  return answer;
}

}  // namespace polyplane::mpi
