#include "topology/fault_selector.h"

#include <charconv>
#include <map>
#include <vector>

#include "base/error.h"
#include "base/suggest.h"

namespace polyplane::topology {

namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

/// "12.5%" = 125,000 millionths; exact, up to four decimals, from 0.0001 to 100.
std::optional<std::int64_t> percent(std::string_view text) {
  if (!text.ends_with('%')) return std::nullopt;
  text = trimmed(text.substr(0, text.size() - 1));
  constexpr std::size_t kDecimals = 4;
  const std::size_t point = text.find('.');
  std::string digits(text.substr(0, point));
  std::string decimals(point == std::string_view::npos ? "" : text.substr(point + 1));
  if (digits.empty() || digits.size() > 3 || decimals.size() > kDecimals ||
      (point != std::string_view::npos && decimals.empty())) {
    return std::nullopt;
  }
  decimals.resize(kDecimals, '0');
  digits += decimals;
  if (digits.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  const std::optional<std::int64_t> value = whole(digits);
  return value && *value > 0 && *value <= 1'000'000 ? value : std::nullopt;
}

Remains parse_remains(std::string_view selector, std::string_view text) {
  if (text.ends_with('%')) {
    const std::optional<std::int64_t> share = percent(text);
    if (!share) {
      fail_fault(selector,
                 "\"" + printable(text) + "\" is no share of a rate; more than 0% and at most 100%, such as 50%");
    }
    return {.millionths = *share, .rate = {}};
  }
  try {
    return {.millionths = 0, .rate = parse_bit_rate(text)};
  } catch (const InputError& error) {
    fail_fault(selector,
               std::string("after \" at \" stands a share such as 50% or a rate such as 200 Gbps: ") + error.what());
  }
}

std::int64_t parse_index(std::string_view selector, std::string_view key, std::string_view text) {
  const std::optional<std::int64_t> index = whole(text);
  if (!index) {
    fail_fault(selector, std::string(key) + "=\"" + printable(text) + "\" is not a whole number from 0 on, such as " +
                             std::string(key) + "=3");
  }
  return *index;
}

/// "5% of leaf-spine", "3 of leaf-spine".
void parse_random(std::string_view selector, std::string_view body, std::size_t of, FaultSelector& fault) {
  fault.target = FaultSelector::Target::random_cables;
  const std::string_view amount = trimmed(body.substr(0, of));
  fault.name = trimmed(body.substr(of + 4));
  if (amount.ends_with('%')) {
    fault.share_millionths = percent(amount);
    if (!fault.share_millionths) {
      fail_fault(selector, "\"" + printable(amount) + "\" is no share; more than 0% and at most 100%, such as 5%");
    }
    return;
  }
  const std::optional<std::int64_t> count = whole(amount);
  if (!count || *count < 1) {
    fail_fault(selector,
               "\"" + printable(amount) + "\" is no number of cables; a share such as 5% or a number such as 3");
  }
  fault.count = *count;
}

void parse_named(std::string_view selector, std::string_view body, std::size_t equals, FaultSelector& fault) {
  using Target = FaultSelector::Target;
  static const std::map<std::string, Target, std::less<>> kTargets = {
      {"plane", Target::plane},           {"node", Target::node}, {"device", Target::device},
      {"switch", Target::network_switch}, {"nic", Target::nic},   {"link", Target::link}};
  const std::string_view key = trimmed(body.substr(0, equals));
  const std::string_view value = trimmed(body.substr(equals + 1));
  const auto place = kTargets.find(key);
  if (place == kTargets.end()) {
    std::vector<std::string> keys;
    for (const auto& [name, target] : kTargets) keys.push_back(name);
    fail_fault(selector, unknown_name("kind of fault", key, keys));
  }
  if (value.empty()) fail_fault(selector, "nothing stands after \"=\"");
  fault.target = place->second;
  if (fault.target == Target::plane || fault.target == Target::node) {
    fault.index = parse_index(selector, key, value);
    return;
  }
  fault.name = value;
  const std::size_t hash = value.rfind('#');
  if (fault.target == Target::link && hash != std::string_view::npos) {
    fault.cable = parse_index(selector, "#", value.substr(hash + 1));
    fault.name = value.substr(0, hash);
  }
}

}  // namespace

void fail_fault(std::string_view text, const std::string& sentence) {
  throw InputError("fault \"" + printable(text) + "\": " + sentence);
}

FaultSelector parse_fault_selector(std::string_view text) {
  FaultSelector fault;
  std::string_view body = trimmed(text);
  if (const std::size_t at = body.rfind(" at "); at != std::string_view::npos) {
    fault.at = parse_remains(text, trimmed(body.substr(at + 4)));
    body = trimmed(body.substr(0, at));
  }
  if (const std::size_t equals = body.find('='); equals != std::string_view::npos) {
    parse_named(text, body, equals, fault);
  } else if (const std::size_t of = body.find(" of "); of != std::string_view::npos) {
    parse_random(text, body, of, fault);
  } else {
    fail_fault(text,
               "not a fault; write for example plane=3, node=5, device=NAME, switch=NAME, nic=node3/gpu2, link=A.B, "
               "5% of leaf-spine or 3 of leaf-spine, with \" at 50%\" or \" at 200 Gbps\" to degrade");
  }
  return fault;
}

}  // namespace polyplane::topology
