#include <zlib.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/suggest.h"
#include "base/text_source.h"
#include "collectives/import/chakra.pb.h"
#include "collectives/import/chakra_trace.h"

namespace polyplane::collectives {
namespace {

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
constexpr std::size_t kMostUnpacked = 1'000'000;
#else
constexpr std::size_t kMostUnpacked = std::size_t{1} << 30U;
#endif
constexpr std::int64_t kPsPerMicro = 1'000'000;
constexpr std::uint64_t kMaxMicros = 864'000'000'000;  // ten days

/// Of one gzip member or several.
std::string unpacked(const TextSource& source) {
  z_stream stream{};
  constexpr int kGzipWindow = 15 + 16;
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) source.pass_limit(0, "gzip", "is too large for this machine");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, &inflateEnd);
  std::string bytes(source.text()), text, block(1U << 16U, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  while (true) {
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = static_cast<uInt>(block.size());
    const int result = inflate(&stream, Z_NO_FLUSH);
    text.append(block, 0, block.size() - stream.avail_out);
    if (text.size() > kMostUnpacked) {
      source.pass_limit(0, "gzip",
                        "unpacks to more than " + to_string(Bytes(static_cast<std::int64_t>(kMostUnpacked))));
    }
    if (result == Z_STREAM_END && stream.avail_in == 0) return text;
    if (result == Z_STREAM_END) {
      inflateReset(&stream);
    } else if (result != Z_OK) {
      source.fail(0, "gzip", result == Z_BUF_ERROR ? "is cut off" : "is damaged");
    }
  }
}

class Reader {
 public:
  Reader(const std::string& name, std::string_view bytes) : source_(name, bytes), bytes_(bytes) {}

  ChakraTrace read() {
    ChakraTrace trace;
    trace.file = source_.file();
    std::size_t record = 0;
    while (at_ < bytes_.size()) {
      const std::size_t start = at_;
      where_ = "record " + std::to_string(record) + " (byte " + std::to_string(start) + ")";
      const std::string_view message = next();
      if (record++ == 0) {
        chakra::GlobalMetadata metadata;
        if (!parse(metadata, message)) source_.fail(0, where_, "is no GlobalMetadata of Chakra");
        continue;
      }
      chakra::Node node;
      if (!parse(node, message)) source_.fail(0, where_, "is no Node of Chakra");
      if (trace.nodes.size() == kMaxImportedOperations) {
        source_.pass_limit(0, where_, "more than " + std::to_string(kMaxImportedOperations) + " nodes are not read");
      }
      trace.nodes.push_back(node_of(node));
      if (trace.nodes.back().type == ChakraNode::Type::metadata &&
          node.inputs().values().find("pg_name") != std::string::npos) {
        ChakraGroups groups =
            read_chakra_groups(source_.file() + ": " + words_of(trace.nodes.back()), node.inputs().values());
        for (auto& [group, ranks] : groups) trace.groups[group] = std::move(ranks);
      }
    }
    if (record == 0) source_.fail(0, "", "is empty");
    return trace;
  }

 private:
  std::string_view next() {
    std::uint64_t length = 0;
    for (int shift = 0;; shift += 7) {
      if (at_ == bytes_.size()) source_.fail(0, where_, "is cut off in its length");
      if (shift > 28) source_.fail(0, where_, "has no length of 32 bits before it");
      const auto byte = static_cast<std::uint8_t>(bytes_[at_++]);
      length |= std::uint64_t{byte & 0x7fU} << static_cast<unsigned>(shift);
      if ((byte & 0x80U) == 0) break;
    }
    if (length > bytes_.size() - at_) {
      source_.fail(0, where_,
                   "should have " + std::to_string(length) + " bytes, but the file ends after " +
                       std::to_string(bytes_.size() - at_));
    }
    const std::string_view message = bytes_.substr(at_, length);
    at_ += length;
    return message;
  }

  template <class Message>
  static bool parse(Message& message, std::string_view bytes) {
    return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  }

  [[nodiscard]] ChakraNode node_of(const chakra::Node& from) const {
    ChakraNode node;
    node.id = from.id();
    node.name = from.name();
    if (from.type() == 0 || from.type() > 7) {
      source_.fail(0, words_of(node), "has type " + std::to_string(from.type()) + "; allowed: 1 to 7");
    }
    node.type = static_cast<ChakraNode::Type>(from.type());
    node.data_deps.assign(from.data_deps().begin(), from.data_deps().end());
    node.ctrl_deps.assign(from.ctrl_deps().begin(), from.ctrl_deps().end());
    if (from.duration_micros() > kMaxMicros) source_.fail(0, words_of(node), "takes more than ten days");
    if (from.duration_micros() > 0) {
      node.duration = Duration::from_ps(static_cast<std::int64_t>(from.duration_micros()) * kPsPerMicro);
    }
    for (const chakra::AttributeProto& attribute : from.attr()) read_attribute(attribute, node);
    return node;
  }

  void read_attribute(const chakra::AttributeProto& from, ChakraNode& node) const {
    const std::string& name = from.name();
    const auto whole = [&] { return whole_number(from, node); };
    if (name == "is_cpu_op") {
      node.on_cpu = whole() != 0;
    } else if (name == "num_ops") {
      node.num_ops = whole();
    } else if (name == "tensor_size") {
      node.tensor_size = whole();
    } else if (name == "comm_type") {
      node.comm_type = whole();
    } else if (name == "comm_size") {
      node.comm_size = whole();
    } else if (name == "comm_src") {
      node.comm_src = whole();
    } else if (name == "comm_dst") {
      node.comm_dst = whole();
    } else if (name == "comm_tag") {
      node.comm_tag = whole();
    } else if (name == "pg_name") {
      node.pg_name = from.has_string_val() ? from.string_val() : std::to_string(whole());
    } else if (name == "involved_dim") {
      if (!from.has_bool_list()) source_.fail(0, words_of(node), "has an involved_dim that is no list of bool");
      node.involved_dim.assign(from.bool_list().values().begin(), from.bool_list().values().end());
    } else if (name == "comm_sizes") {
      node.comm_sizes = list_of(from, node);
    } else if (name == "duration_ps") {
      const std::int64_t ps = whole();
      if (ps > static_cast<std::int64_t>(kMaxMicros) * kPsPerMicro)
        source_.fail(0, words_of(node), "takes more than ten days");
      node.duration = Duration::from_ps(ps);
    }
  }

  /// Writers differ in the type that they give a number.
  [[nodiscard]] std::int64_t whole_number(const chakra::AttributeProto& from, const ChakraNode& node) const {
    using Case = chakra::AttributeProto::ValueCase;
    const auto checked = [&](auto value) {
      if (value < 0 || static_cast<std::uint64_t>(value) > static_cast<std::uint64_t>(INT64_MAX)) {
        source_.fail(0, words_of(node),
                     "has " + printable(from.name()) + " " + std::to_string(value) +
                         ", which is not a number from 0 to 2^63 - 1");
      }
      return static_cast<std::int64_t>(value);
    };
    switch (from.value_case()) {
      case Case::kInt32Val:
        return checked(std::int64_t{from.int32_val()});
      case Case::kInt64Val:
        return checked(std::int64_t{from.int64_val()});
      case Case::kUint32Val:
        return from.uint32_val();
      case Case::kUint64Val:
        return checked(std::uint64_t{from.uint64_val()});
      case Case::kSint32Val:
        return checked(std::int64_t{from.sint32_val()});
      case Case::kSint64Val:
        return checked(std::int64_t{from.sint64_val()});
      case Case::kFixed32Val:
        return from.fixed32_val();
      case Case::kFixed64Val:
        return checked(std::uint64_t{from.fixed64_val()});
      case Case::kSfixed32Val:
        return checked(std::int64_t{from.sfixed32_val()});
      case Case::kSfixed64Val:
        return checked(std::int64_t{from.sfixed64_val()});
      case Case::kBoolVal:
        return from.bool_val() ? 1 : 0;
      case Case::kStringVal:
        return source_.whole(0, words_of(node) + ": " + from.name(), from.string_val(), 0, 999'999'999'999'999'999);
      default:
        source_.fail(0, words_of(node), "has " + printable(from.name()) + " of a type that is no whole number");
    }
  }

  [[nodiscard]] std::vector<std::int64_t> list_of(const chakra::AttributeProto& from, const ChakraNode& node) const {
    std::vector<std::int64_t> list;
    if (from.has_int64_list()) list.assign(from.int64_list().values().begin(), from.int64_list().values().end());
    if (from.has_int32_list()) list.assign(from.int32_list().values().begin(), from.int32_list().values().end());
    for (const auto* values : {from.has_uint64_list() ? &from.uint64_list() : nullptr,
                               from.has_uint32_list() ? &from.uint32_list() : nullptr}) {
      if (values == nullptr) continue;
      for (const std::uint64_t value : values->values()) list.push_back(static_cast<std::int64_t>(value));
    }
    const bool fine =
        !list.empty() && std::ranges::all_of(list, [](std::int64_t v) { return v >= 0 && v <= kMaxImportedBytes; });
    if (!fine) source_.fail(0, words_of(node), "has comm_sizes that are no list of whole numbers up to 2^50");
    return list;
  }

  TextSource source_;
  std::string_view bytes_;
  std::size_t at_ = 0;
  std::string where_;
};

}  // namespace

std::string words_of(const ChakraNode& node) {
  return "node " + std::to_string(node.id) + (node.name.empty() ? "" : " \"" + printable(node.name) + "\"");
}

ChakraTrace read_chakra_records(const std::string& name, std::string_view bytes) { return Reader(name, bytes).read(); }

ChakraTrace read_chakra(const ImportFile& file, ImportNotes& notes) {
  std::string_view bytes = file.bytes;
  std::string plain;
  if (bytes.starts_with("\x1f\x8b")) {
    plain = unpacked(TextSource(file.name, bytes));
    bytes = plain;
  }
  // A record of 123 bytes starts with '{' too, but no quote follows there.
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  const std::size_t second = first == std::string_view::npos ? first : bytes.find_first_not_of(" \t\r\n", first + 1);
  const bool json = second != std::string_view::npos && bytes[first] == '{' && bytes[second] == '"';
  return json ? read_chakra_json(file.name, bytes, notes) : read_chakra_records(file.name, bytes);
}

}  // namespace polyplane::collectives
