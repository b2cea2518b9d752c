#include "collectives/import/msccl_algo.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/suggest.h"
#include "base/xml.h"
#include "collectives/import/importer.h"

namespace polyplane::collectives {
namespace {

constexpr std::int64_t kMaxChannels = 1024;
constexpr std::array<std::string_view, 9> kTypes = {"s", "r", "rcs", "rrs", "rrc", "rrcs", "cpy", "re", "nop"};

class Reader {
 public:
  Reader(const TextSource& source, ImportNotes& notes) : source_(source), notes_(notes), document_(source) {}

  MscclAlgo read() {
    const XmlElement& root = document_.root();
    if (root.name != "algo") source_.fail(root.line, root.name, "is not the root of MSCCL XML; that is called algo");
    read_algo(root);
    for (const XmlElement& gpu : root.children) {
      if (check_element(gpu, root, "gpu")) read_gpu(gpu);
    }
    if (algo_.gpus.size() != algo_.ranks) {
      source_.fail(root.line, "ngpus",
                   "is " + std::to_string(algo_.ranks) + ", but " + std::to_string(algo_.gpus.size()) +
                       " gpu elements stand in it");
    }
    check_dependencies();
    return std::move(algo_);
  }

 private:
  [[nodiscard]] std::string_view text(const XmlElement& element, std::string_view name) const {
    const auto value = element.attribute(name);
    if (!value) source_.fail(element.line, element.name, "attribute " + std::string(name) + " is missing");
    return *value;
  }
  [[nodiscard]] std::int64_t number(const XmlElement& element, std::string_view name, std::int64_t min,
                                    std::int64_t max) const {
    return source_.whole(element.line, std::string(element.name) + "@" + std::string(name), text(element, name), min,
                         max);
  }
  [[nodiscard]] std::int64_t number_or(const XmlElement& element, std::string_view name, std::int64_t otherwise,
                                       std::int64_t min, std::int64_t max) const {
    return element.attribute(name) ? number(element, name, min, max) : otherwise;
  }
  bool check_element(const XmlElement& element, const XmlElement& parent, std::string_view wanted) {
    if (element.name == wanted) return true;
    notes_.warn(element.line, "element \"" + printable(element.name) + "\" in " + printable(parent.name) +
                                  " is not known and not read");
    return false;
  }
  void check_attributes(const XmlElement& element, const std::vector<std::string_view>& known) {
    for (const auto& [name, value] : element.attributes) {
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      notes_.warn(element.line, "attribute \"" + printable(name) + "\" of " + std::string(element.name) +
                                    " is not known and not read");
    }
  }

  void read_algo(const XmlElement& root) {
    check_attributes(root, {"name", "proto", "nchannels", "nchunksperloop", "ngpus", "coll", "inplace", "outofplace",
                            "minBytes", "maxBytes", "redop"});
    algo_.name = std::string(root.attribute("name").value_or("unnamed"));
    if (const auto protocol = root.attribute("proto")) {
      if (*protocol != "Simple" && *protocol != "LL" && *protocol != "LL128") {
        source_.fail(root.line, "proto",
                     "\"" + printable(*protocol) + "\" is no protocol of MSCCL; allowed: Simple, LL, LL128");
      }
      algo_.protocol = std::string(*protocol);
    }
    const std::string_view coll = text(root, "coll");
    const std::map<std::string_view, CollectiveKind> kinds = {{"allreduce", CollectiveKind::all_reduce},
                                                              {"allgather", CollectiveKind::all_gather},
                                                              {"reducescatter", CollectiveKind::reduce_scatter},
                                                              {"reduce_scatter", CollectiveKind::reduce_scatter},
                                                              {"alltoall", CollectiveKind::alltoall},
                                                              {"broadcast", CollectiveKind::broadcast}};
    const auto kind = kinds.find(coll);
    if (kind == kinds.end()) {
      source_.fail(root.line, "coll",
                   "\"" + printable(coll) +
                       "\" is not run, since nothing could be proven of it; allowed: allgather, "
                       "allreduce, alltoall, broadcast, reducescatter");
    }
    algo_.kind = kind->second;
    algo_.ranks = static_cast<std::uint32_t>(number(root, "ngpus", 1, static_cast<std::int64_t>(kMaxImportedRanks)));
    algo_.channels = static_cast<std::uint32_t>(number_or(root, "nchannels", kMaxChannels, 1, kMaxChannels));
    const std::int64_t chunks = number(root, "nchunksperloop", 1, 1'000'000);
    const bool whole = algo_.kind == CollectiveKind::all_reduce || algo_.kind == CollectiveKind::broadcast;
    if (!whole && chunks % algo_.ranks != 0) {
      source_.fail(
          root.line, "nchunksperloop",
          std::to_string(chunks) + " chunks cannot be shared evenly by " + std::to_string(algo_.ranks) + " gpus");
    }
    chunks_per_loop_ = static_cast<std::uint32_t>(chunks);
    algo_.pieces = static_cast<std::uint32_t>(whole ? chunks : chunks / algo_.ranks);
    if (static_cast<std::size_t>(chunks) * algo_.ranks > kMaxImportedOperations) {
      source_.pass_limit(
          root.line, "nchunksperloop",
          "the buffers of all gpus have more than " + std::to_string(kMaxImportedOperations) + " chunks");
    }
    algo_.in_place = number_or(root, "inplace", 0, 0, 1) == 1;
    static_cast<void>(number_or(root, "outofplace", 1, 0, 1));
    const std::int64_t smallest = number_or(root, "minBytes", 0, 0, kMaxImportedBytes);
    const std::int64_t most = number_or(root, "maxBytes", 0, 0, kMaxImportedBytes);
    if (smallest > 0) algo_.smallest = Bytes(smallest);
    if (most > 0) algo_.most = Bytes(most);
    if (root.attribute("redop")) notes_.assume("redop is not read: a sum stands for any reduction");
  }

  void read_gpu(const XmlElement& element) {
    check_attributes(element, {"id", "i_chunks", "o_chunks", "s_chunks"});
    const std::int64_t id = number(element, "id", 0, algo_.ranks - 1);
    if (static_cast<std::size_t>(id) != algo_.gpus.size()) {
      source_.fail(
          element.line, "gpu@id",
          std::to_string(id) + " stands where gpu " + std::to_string(algo_.gpus.size()) + " should: they go from 0 up");
    }
    MscclGpu& gpu = algo_.gpus.emplace_back();
    gpu.scratch = static_cast<std::uint32_t>(number_or(element, "s_chunks", 0, 0, 1'000'000));
    scratch_ += gpu.scratch;
    if (scratch_ > kMaxImportedOperations) {
      source_.pass_limit(element.line, "s_chunks",
                         "the scratch of all gpus has more than " + std::to_string(kMaxImportedOperations) + " chunks");
    }
    const bool gathers = algo_.kind == CollectiveKind::all_gather,
               scatters = algo_.kind == CollectiveKind::reduce_scatter;
    check_chunks(element, "i_chunks", gathers ? algo_.pieces : chunks_per_loop_);
    check_chunks(element, "o_chunks", scatters ? algo_.pieces : chunks_per_loop_);
    for (const XmlElement& block : element.children) {
      if (check_element(block, element, "tb")) read_block(block, gpu);
    }
  }

  /// In place one of the two buffers is the other, and files state 0 or the size of either.
  void check_chunks(const XmlElement& element, std::string_view name, std::uint32_t wanted) const {
    const std::int64_t chunks = number_or(element, name, wanted, 0, 1'000'000);
    if (chunks == wanted || algo_.in_place) return;
    source_.fail(element.line, "gpu@" + std::string(name),
                 "is " + std::to_string(chunks) + ", but nchunksperloop makes it " + std::to_string(wanted));
  }

  void read_block(const XmlElement& element, MscclGpu& gpu) {
    check_attributes(element, {"id", "send", "recv", "chan"});
    const std::int64_t id = number(element, "id", 0, INT32_MAX);
    if (static_cast<std::size_t>(id) != gpu.blocks.size()) {
      source_.fail(
          element.line, "tb@id",
          std::to_string(id) + " stands where tb " + std::to_string(gpu.blocks.size()) + " should: they go from 0 up");
    }
    MscclThreadBlock& block = gpu.blocks.emplace_back();
    block.line = element.line;
    block.send = peer(element, "send");
    block.receive = peer(element, "recv");
    block.channel = static_cast<std::uint32_t>(number(element, "chan", 0, algo_.channels - 1));
    for (const MscclThreadBlock& other : gpu.blocks) {
      if (&other == &block || other.channel != block.channel) continue;
      const bool send = block.send != MscclStep::kNone && block.send == other.send;
      if (!send && (block.receive == MscclStep::kNone || block.receive != other.receive)) continue;
      source_.fail(element.line, send ? "tb@send" : "tb@recv",
                   "is gpu " + std::to_string(send ? block.send : block.receive) + " on channel " +
                       std::to_string(block.channel) + ", as of the tb in line " + std::to_string(other.line) +
                       "; a connection belongs to one tb");
    }
    for (const XmlElement& step : element.children) {
      if (check_element(step, element, "step")) read_step(step, block);
    }
  }

  std::uint32_t peer(const XmlElement& element, std::string_view name) const {
    const std::int64_t value = number(element, name, -1, algo_.ranks - 1);
    if (value == static_cast<std::int64_t>(algo_.gpus.size()) - 1) {
      source_.fail(element.line, "tb@" + std::string(name), "is the gpu itself");
    }
    return value < 0 ? MscclStep::kNone : static_cast<std::uint32_t>(value);
  }

  Buffer buffer(const XmlElement& element, std::string_view name) const {
    const std::string_view value = element.attribute(name).value_or("i");
    if (value == "i") return Buffer::input;
    if (value == "o") return Buffer::output;
    if (value == "s") return Buffer::scratch;
    source_.fail(element.line, "step@" + std::string(name),
                 "\"" + printable(value) + "\" is no buffer; allowed: i, o, s");
  }

  void read_step(const XmlElement& element, MscclThreadBlock& block) {
    check_attributes(element, {"s", "type", "srcbuf", "srcoff", "dstbuf", "dstoff", "cnt", "depid", "deps", "hasdep"});
    MscclStep step;
    step.line = element.line;
    const std::string_view type = text(element, "type");
    const auto* const known = std::find(kTypes.begin(), kTypes.end(), type);
    if (known == kTypes.end()) {
      source_.fail(element.line, "step@type",
                   "\"" + printable(type) + "\" is no step; allowed: s, r, rcs, rrs, rrc, rrcs, cpy, re, nop");
    }
    step.type = static_cast<MscclStep::Type>(known - kTypes.begin());
    const std::int64_t index = number(element, "s", 0, INT32_MAX);
    if (static_cast<std::size_t>(index) != block.steps.size()) {
      source_.fail(element.line, "step@s",
                   std::to_string(index) + " stands where step " + std::to_string(block.steps.size()) +
                       " should: they go from 0 up");
    }
    if (step.sends() && block.send == MscclStep::kNone) {
      source_.fail(element.line, "step@type", "\"" + std::string(type) + "\" sends, but its tb has no gpu to send to");
    }
    if (step.receives() && block.receive == MscclStep::kNone) {
      source_.fail(element.line, "step@type",
                   "\"" + std::string(type) + "\" receives, but its tb has no gpu to receive from");
    }
    if (step.type != MscclStep::Type::nop) {
      step.from = buffer(element, "srcbuf");
      step.to = buffer(element, "dstbuf");
      step.from_offset = static_cast<std::uint32_t>(number_or(element, "srcoff", -1, -1, 1'000'000));
      step.to_offset = static_cast<std::uint32_t>(number_or(element, "dstoff", -1, -1, 1'000'000));
      step.count = static_cast<std::uint32_t>(number(element, "cnt", 0, 1'000'000));
      chunks_ += step.count;
      if (chunks_ > kMaxImportedOperations) {
        source_.pass_limit(element.line, "cnt",
                           "the steps touch more than " + std::to_string(kMaxImportedOperations) + " chunks");
      }
    }
    const std::int64_t tb = number_or(element, "depid", -1, -1, INT32_MAX);
    if (tb >= 0) {
      step.wait_tb = static_cast<std::uint32_t>(tb);
      step.wait_step = static_cast<std::uint32_t>(number(element, "deps", 0, INT32_MAX));
    }
    static_cast<void>(number_or(element, "hasdep", 0, 0, 1));
    block.steps.push_back(step);
  }

  void check_dependencies() {
    for (MscclGpu& gpu : algo_.gpus) {
      for (MscclThreadBlock& block : gpu.blocks) {
        for (MscclStep& step : block.steps) {
          if (step.wait_tb == MscclStep::kNone) continue;
          if (step.wait_tb >= gpu.blocks.size() || step.wait_step >= gpu.blocks[step.wait_tb].steps.size()) {
            source_.fail(step.line, "step@depid",
                         "waits for step " + std::to_string(step.wait_step) + " of tb " + std::to_string(step.wait_tb) +
                             ", which does not exist");
          }
          gpu.blocks[step.wait_tb].steps[step.wait_step].waited_for = true;
        }
      }
    }
  }

  const TextSource& source_;
  ImportNotes& notes_;
  XmlDocument document_;
  std::uint32_t chunks_per_loop_ = 0;
  std::size_t scratch_ = 0, chunks_ = 0;
  MscclAlgo algo_;
};

}  // namespace

MscclAlgo read_msccl(const TextSource& source, ImportNotes& notes) {
  MscclAlgo algo = Reader(source, notes).read();
  algo.file = source.file();
  return algo;
}

}  // namespace polyplane::collectives
