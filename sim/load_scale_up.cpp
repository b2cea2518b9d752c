#include "sim/load_scale_up.h"

#include "base/error.h"
#include "base/suggest.h"
#include "sim/load_cables.h"
#include "topology/scale_up.h"

namespace polyplane::sim {
namespace {

using topology::ScaleUp;
using topology::ScaleUpSpec;

BitRate in_proportion(BitRate rate, BitRate part, BitRate whole) {
  return BitRate::from_bps(static_cast<std::int64_t>(static_cast<int128>(rate.bps()) * part.bps() / whole.bps()));
}

class ScaleUpLoader {
 public:
  ScaleUpLoader(const configs::Source& source, const v1::Cluster& cluster, const v1::Accelerator& card,
                PartLookup& parts)
      : source_(source),
        node_(cluster.node()),
        nodes_(cluster.nodes()),
        from_(cluster.node().scale_up()),
        card_(card),
        parts_(parts) {}

  ScaleUpSpec load() {
    load_kind();
    up_.options.assign(from_.options().begin(), from_.options().end());
    check_options();
    load_domain();
    if (!up_.joins()) {
      for (const char* field : {"rate", "peer_rate", "link_rate", "latency", "tier_name", "switch", "domain_nodes",
                                "switches", "cable", "cable_length", "in_network_reduction"}) {
        if (given(field)) source_.fail(from_, field, "contradicts kind none");
      }
      return std::move(up_);
    }
    load_rates();
    if (from_.has_tier_name()) up_.tier_name = from_.tier_name();
    if (from_.has_switch_()) {
      up_.switch_part = parts_.part(from_, "switch", from_.switch_(), &Parts::network_switch).name();
    }
    if (from_.has_switches()) {
      if (up_.kind != "switched") source_.fail(from_, "switches", "is about kind switched; it contradicts " + up_.kind);
      up_.switches = from_.switches();
    }
    up_.cable = load_scale_up_cable(source_, from_, parts_);
    load_reduction();
    check_domain();
    return std::move(up_);
  }

 private:
  [[nodiscard]] bool given(std::string_view field) const {
    return from_.GetReflection()->HasField(from_, from_.GetDescriptor()->FindFieldByName(std::string(field)));
  }

  void load_kind() {
    const v1::ScaleUpKind stated = card_.scale_up().kind();
    const std::string of_card = scale_up_kind_of(stated);
    if (!from_.has_kind() && of_card.empty()) {
      if (stated == v1::unset) parts_.fail_missing(from_, "kind", card_.name());
      source_.fail(
          from_, "kind",
          "is missing; " + card_.name() + " joins its domain in several levels, so say how: " + one_of_kinds());
    }
    up_.kind = from_.has_kind() ? from_.kind() : of_card;
    if (!topology::scale_ups().contains(up_.kind)) {
      source_.fail(from_, "kind", unknown_name("kind of scale-up domain", up_.kind, topology::scale_ups().names()));
    }
    // Cards without links of their own meet over PCIe, and how that is joined is the server's affair.
    if (!of_card.empty() && stated != v1::none && up_.kind != of_card && up_.joins()) {
      source_.fail(from_, "kind", up_.kind + " contradicts " + card_.name() + ", which is " + of_card);
    }
  }

  [[nodiscard]] static std::string one_of_kinds() {
    std::string text;
    for (const std::string& name : topology::scale_ups().names()) text += (text.empty() ? "" : ", ") + name;
    return text;
  }

  void check_options() const {
    try {
      (void)Options::parse(up_.kind, guest().options, up_.options);
    } catch (const OptionError& error) {
      const bool missing = error.index() == OptionError::kNoText;
      source_.fail(from_, missing ? "kind" : "options", error.what(), missing ? -1 : static_cast<int>(error.index()));
    }
  }

  void load_domain() {
    if (!from_.has_domain_nodes()) return;
    up_.domain_nodes = from_.domain_nodes();
    if (nodes_ % up_.domain_nodes != 0) {
      source_.fail(from_, "domain_nodes",
                   std::to_string(up_.domain_nodes) + " does not divide the " + std::to_string(nodes_) + " nodes");
    }
  }

  void load_rates() {
    const auto& domain = card_.scale_up();
    const v1::Quantity* rate = domain.has_rate() ? &domain.rate() : nullptr;
    up_.rate = parts_.rate_of(from_, "rate", from_.has_rate(), from_.rate(), card_.name(), rate);
    up_.peer_rate = direct_rate("peer_rate", guest().takes_peer_rate, from_.has_peer_rate(), from_.peer_rate(),
                                domain.has_peer_rate() ? &domain.peer_rate() : nullptr);
    up_.link_rate = direct_rate("link_rate", guest().takes_link_rate, from_.has_link_rate(), from_.link_rate(),
                                domain.has_link_rate() ? &domain.link_rate() : nullptr);
    if (from_.has_latency()) {
      up_.latency = parse_duration(from_.latency());
    } else if (domain.has_latency()) {
      up_.latency = parts_.latency_of(card_.name(), "scale-up latency", domain.latency());
    } else {
      parts_.fail_missing(from_, "latency", card_.name());
    }
  }

  /// Of one link or for one peer; 0 where nobody states it or the kind has no use for it.
  BitRate direct_rate(std::string_view field, bool used, bool stated, const std::string& text,
                      const v1::Quantity* figure) {
    if (stated && !used) source_.fail(from_, field, "contradicts kind " + up_.kind + ", which has no use for it");
    if (!used || (!stated && figure == nullptr)) return {};
    const BitRate rate = parts_.rate_of(from_, field, stated, text, card_.name(), figure);
    if (stated && rate > up_.rate) {
      source_.fail(from_, field, to_string(rate) + " contradicts " + to_string(up_.rate) + " over all links of a card");
    }
    const auto& domain = card_.scale_up();
    if (stated || !from_.has_rate() || !domain.has_rate()) return rate;
    return in_proportion(rate, up_.rate, parse_bit_rate(domain.rate().value()));
  }

  void load_reduction() {
    const auto& domain = card_.scale_up();
    up_.reduces = up_.kind == "switched" && domain.in_network_reduction();
    if (!from_.has_in_network_reduction()) return;
    up_.reduces = from_.in_network_reduction();
    if (up_.reduces && up_.kind != "switched") {
      source_.fail(from_, "in_network_reduction", "is about kind switched; it contradicts " + up_.kind);
    }
    if (up_.reduces && domain.has_in_network_reduction() && !domain.in_network_reduction()) {
      source_.fail(from_, "in_network_reduction", "contradicts " + card_.name() + ", whose switches do not reduce");
    }
  }

  void check_domain() const {
    topology::NodeSpec node;
    node.accelerators = node_.accelerators();
    node.scale_up = up_;
    if (topology::domain_shape(node).cards() < 2) {
      source_.fail(node_, "scale_up", "a domain of one accelerator has no peer to scale up to; use kind none");
    }
    topology::DomainSize size;
    try {
      size = topology::domain_size(node);
    } catch (const InputError& error) {
      source_.fail(from_, from_.options().empty() ? "kind" : "options", error.what());
    }
    check_links(size.links_per_card);
    const auto& domain = card_.scale_up();
    if (!domain.has_domain_size() || size.joined <= static_cast<std::int64_t>(domain.domain_size().value())) return;
    const bool several = up_.domain_nodes > 1;
    source_.fail(several ? static_cast<const google::protobuf::Message&>(from_) : node_,
                 several ? "domain_nodes" : "accelerators",
                 std::to_string(several ? up_.domain_nodes : node_.accelerators()) +
                     (several ? " nodes of " + std::to_string(node_.accelerators()) : "") + " contradicts " +
                     card_.name() + ", whose scale-up domain has at most " +
                     std::to_string(static_cast<std::int64_t>(domain.domain_size().value())));
  }

  /// The links of a card must not add up to more than its rate, as both are stated.
  void check_links(std::int64_t links_per_card) const {
    const auto& domain = card_.scale_up();
    if (links_per_card == 0 || !(from_.has_link_rate() || domain.has_link_rate())) return;
    const bool own = from_.has_link_rate();
    const BitRate link = own ? up_.link_rate : parse_bit_rate(domain.link_rate().value());
    const BitRate all = own || !domain.has_rate() ? up_.rate : parse_bit_rate(domain.rate().value());
    if (static_cast<int128>(link.bps()) * links_per_card <= all.bps()) return;
    source_.fail(from_, from_.options().empty() ? "kind" : "options",
                 std::to_string(links_per_card) + " links of " + to_string(link) + " contradict " + to_string(all) +
                     " over all links of a card");
  }

  [[nodiscard]] const ScaleUp& guest() const { return topology::scale_ups().at(up_.kind); }

  const configs::Source& source_;
  const v1::Node& node_;
  const std::int32_t nodes_;
  const v1::ScaleUp& from_;
  const v1::Accelerator& card_;
  PartLookup& parts_;
  ScaleUpSpec up_;
};

}  // namespace

std::string scale_up_kind_of(v1::ScaleUpKind stated) {
  switch (stated) {
    case v1::none:
      return "none";
    case v1::switched:
      return "switched";
    case v1::full_mesh:
      return "full_mesh";
    case v1::ring:
      return "ring";
    case v1::torus_2d:
    case v1::torus_3d:
      return "torus";
    case v1::mesh_2d:
      return "mesh";
    case v1::bridge:
      return "bridge";
    default:
      return "";
  }
}

ScaleUpSpec load_scale_up(const configs::Source& source, const v1::Cluster& cluster, const v1::Accelerator& card,
                          PartLookup& parts) {
  return ScaleUpLoader(source, cluster, card, parts).load();
}

}  // namespace polyplane::sim
