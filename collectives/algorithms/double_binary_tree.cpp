// Double binary tree (Sanders, Speck and Traeff, 2009; NCCL 2.4): all-reduce up and down two trees that carry half of
// the data each, broadcast down, reduce up. Slices follow each other through the trees.
//
// Each channel has two trees (double_tree.h). Lanes per tree: "up" takes a slice from each child in turn and adds it,
// sending the sum of the slice before to the parent; "down" 0 takes a slice from the parent and sends the one before to
// child 0; "down" 1 and 2 send each slice to the other children once it is there.
// Own choice: one channel per rail of a domain, halved while a tree's share is below 64 KiB; slices of at least 128 KiB,
// at most 32.
#include <algorithm>
#include <utility>

#include "collectives/algorithm.h"
#include "collectives/double_tree.h"
#include "collectives/generated_schedule.h"
#include "collectives/own_choice.h"
#include "collectives/piece_sizes.h"
#include "collectives/symmetry.h"

namespace polyplane::collectives {
namespace {

constexpr std::uint32_t kUp = 0;    // role of a lane; in the order of the lanes of one tree
constexpr std::uint32_t kDown = 1;  // kDown + child

/// Roles of the lanes of one tree: [first, end).
struct Roles {
  std::uint32_t first, end;
  [[nodiscard]] std::uint32_t count() const { return end - first; }
};

Roles roles_of(CollectiveKind kind) {
  if (kind == CollectiveKind::reduce) return {kUp, kDown};
  return {kind == CollectiveKind::broadcast ? kDown : kUp, kDown + 3};
}

class DoubleBinaryTree : public GeneratedSchedule {
 public:
  DoubleBinaryTree(const AlgorithmRequest& request, std::uint32_t channels, std::uint32_t slices)
      : GeneratedSchedule(request.collective, checked_pieces(channels, 2, slices),
                          2 * channels * roles_of(request.collective.kind()).count(),
                          request.collective.kind() != CollectiveKind::reduce),
        roles_(roles_of(request.collective.kind())),
        ranks_(request.layout.num_ranks()),
        slices_(slices),
        both_ways_(request.collective.kind() == CollectiveKind::all_reduce),
        sizes_(request.collective.block_elements(0), pieces(), request.collective.shape().element_bytes) {
    for (std::uint32_t tree = 0; tree < 2 * channels; ++tree) {
      const std::vector<TreeNode> nodes =
          both_ways_ ? double_tree(request.layout, tree / 2, tree % 2)
                     : rooted_double_tree(request.layout, request.collective.root(), tree / 2, tree % 2);
      nodes_.insert(nodes_.end(), nodes.begin(), nodes.end());
      for (std::uint32_t role = roles_.first; role < roles_.end; ++role) lanes_.push_back({tree, role});
    }
    // A tree of several domains turns with its channel; that of one domain, or with a given root, does not.
    if (both_ways_ && sizes_.even() && request.layout.num_domains() > 1) {
      channel_symmetry_ = channels_by_local(request.layout, channels);
    }
  }

  [[nodiscard]] std::uint32_t num_steps(RankId rank, std::uint32_t lane) const override {
    const TreeNode& me = node(lanes_[lane].tree, rank);
    const std::uint32_t children = me.num_children;
    const std::uint32_t role = lanes_[lane].role;
    if (role == kUp)
      return me.parent.valid() ? std::max(children, 1U) * slices_ + (children > 0 ? 1 : 0) : children * slices_;
    if (role > kDown) return role - kDown < children ? slices_ : 0;
    if (!me.parent.valid()) return children > 0 ? slices_ : 0;
    return children > 0 ? slices_ + 1 : slices_;
  }

  [[nodiscard]] Step step(RankId rank, std::uint32_t lane, std::uint32_t step) const override {
    const Lane at = lanes_[lane];
    const TreeNode& me = node(at.tree, rank);
    if (at.role == kUp) return up_step(me, at.tree, lane, step);
    if (at.role == kDown) return down_first_step(me, at.tree, lane, step);
    return down_other_step(me, at, lane, step);
  }

  void payload(RankId rank, std::uint32_t lane, std::uint32_t step, std::vector<ChunkId>& chunks) const override {
    const Lane at = lanes_[lane];
    const TreeNode& me = node(at.tree, rank);
    std::uint32_t slice = step;
    if (at.role == kUp) {
      slice = sent_up(me, step);
    } else if (at.role == kDown && me.parent.valid()) {
      slice = step - 1;
    }
    chunks.assign(1, chunk(0, at.tree * slices_ + slice));
  }

  [[nodiscard]] std::optional<ChannelSymmetry> channel_symmetry() const override { return channel_symmetry_; }

 private:
  struct Lane {
    std::uint32_t tree, role;
  };

  [[nodiscard]] const TreeNode& node(std::uint32_t tree, RankId rank) const {
    return nodes_[std::size_t{tree} * ranks_ + rank.index()];
  }
  [[nodiscard]] Bytes bytes(std::uint32_t tree, std::uint32_t slice) const { return sizes_.of(tree * slices_ + slice); }

  /// step / children without a division by a variable.
  static std::uint32_t slice_of(std::uint32_t step, std::uint32_t children) {
    if (children == 1) return step;
    return children == 2 ? step / 2 : step / 3;
  }
  /// A leaf sends slice `step`; others send the slice before, with the first receive of the next one.
  static std::uint32_t sent_up(const TreeNode& me, std::uint32_t step) {
    return me.num_children == 0 ? step : slice_of(step, me.num_children) - 1;
  }

  [[nodiscard]] Step up_step(const TreeNode& me, std::uint32_t tree, std::uint32_t lane, std::uint32_t step) const {
    const std::uint32_t children = me.num_children;
    const std::uint32_t slice = children == 0 ? step : slice_of(step, children);
    const std::uint32_t child = children == 0 ? 0 : step - slice * children;
    Step s;
    if (children > 0 && slice < slices_) {
      s.receive_from = me.children[child];
      s.reduce = true;
    }
    if (me.parent.valid() && child == 0 && (children == 0 || slice > 0)) {
      const std::uint32_t sent = sent_up(me, step);
      s.send_to = me.parent;
      s.peer_lane = lane;
      s.peer_step = sent * node(tree, me.parent).num_children + me.slot;
      s.send_bytes = bytes(tree, sent);
    }
    return s;
  }

  [[nodiscard]] Step down_first_step(const TreeNode& me, std::uint32_t tree, std::uint32_t lane,
                                     std::uint32_t step) const {
    if (!me.parent.valid()) return send_down(me, tree, lane, 0, step);
    Step s;
    if (me.num_children > 0 && step > 0) s = send_down(me, tree, lane, 0, step - 1);
    if (step < slices_) s.receive_from = me.parent;
    return s;
  }

  [[nodiscard]] Step down_other_step(const TreeNode& me, Lane at, std::uint32_t lane, std::uint32_t step) const {
    const std::uint32_t child = at.role - kDown;
    Step s = send_down(me, at.tree, lane - child, child, step);
    if (me.parent.valid()) s.after[s.num_after++] = {lane - child, step};
    return s;
  }

  /// `first_lane`: the lane in which every node takes slices from its parent. A root waits for the sum, if there is one.
  [[nodiscard]] Step send_down(const TreeNode& me, std::uint32_t tree, std::uint32_t first_lane, std::uint32_t child,
                               std::uint32_t slice) const {
    Step s;
    s.send_to = me.children[child];
    s.peer_lane = first_lane;
    s.peer_step = slice;
    s.send_bytes = bytes(tree, slice);
    if (both_ways_ && !me.parent.valid()) {
      s.after[s.num_after++] = {first_lane - 1, (slice + 1) * me.num_children - 1};
    }
    return s;
  }

  Roles roles_;
  std::uint32_t ranks_, slices_;
  bool both_ways_;
  PieceSizes sizes_;
  std::vector<TreeNode> nodes_;  // [tree * ranks + rank]
  std::vector<Lane> lanes_;
  std::optional<ChannelSymmetry> channel_symmetry_;
};

std::unique_ptr<Schedule> make(const AlgorithmRequest& request) {
  const Bytes half(request.collective.size().count() / 2);
  const std::uint32_t channels = request.channels == 0
                                     ? choose_channels(rails_per_domain(request.layout), half, Bytes(64 << 10))
                                     : request.channels;
  const std::uint32_t slices =
      request.slices == 0 ? choose_slices(Bytes(half.count() / channels), Bytes(128 << 10), 32) : request.slices;
  return std::make_unique<DoubleBinaryTree>(request, channels, slices);
}

Algorithm double_binary_tree(CollectiveKind kind, std::string sentence) {
  return {.collective = kind,
          .name = "double_binary_tree",
          .sentence = std::move(sentence),
          .cost_family = "tree",
          .keeps_peers = true,
          .honours_channels = true,
          .honours_slices = true,
          .cannot = {},
          .make = make};
}

const bool kRegistered =
    register_algorithm(double_binary_tree(
        CollectiveKind::all_reduce, "Many nodes, small and middle sizes: logarithmic depth at the bytes of a ring.")) &&
    register_algorithm(double_binary_tree(CollectiveKind::broadcast,
                                          "Middle and large arrays on many nodes: slices down two trees.")) &&
    register_algorithm(
        double_binary_tree(CollectiveKind::reduce, "Middle and large arrays on many nodes: slices up two trees."));

}  // namespace
}  // namespace polyplane::collectives
