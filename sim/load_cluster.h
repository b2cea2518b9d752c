// A cluster out of its message: parts resolved through the catalogue.
//
// What a named part states is taken from it; a value in the file may be lower (a port run at half its rate) but not
// higher than the part allows. Latencies in the file win over the part's. A NIC's stated latency is one way through
// both adapters, so each end gets half, rounded up. What the figures in use and the file itself assume is collected in
// ClusterSpec::assumed.
#pragma once

#include <string>

#include "configs/schema/cluster.pb.h"
#include "configs/schema/document.h"
#include "sim/experiment.h"
#include "sim/parts.h"

namespace polyplane::sim {

/// Throws InputError through source.fail(): unknown parts and names, contradictions, what neither file nor part states.
/// `cluster` is the root of `source` or part of it; `fallback_name` is used when it has no name.
[[nodiscard]] ClusterChoice load_cluster(const configs::Source& source, const v1::Cluster& cluster, const Parts& parts,
                                         const std::string& fallback_name);

/// A cluster in one line: GENERATOR:key=value,... Keys:
///   endpoints           accelerators in all (required)
///   per_node            accelerators per node; 1, or as many as planes with plane_mode=per_nic. Each has one NIC
///   planes, plane_mode  number of planes; per_nic (default with several planes) or striped
///   radix               ports of a switch; from `switch` when that is named
///   rate                of a switch port and of a NIC's port on each plane; 400 Gbps
///   nic_rate            of a NIC over all its ports
///   switch, nic, accelerator                                  catalogue names
///   cable, access_cable                                       catalogue names; access_cable: `cable`
///   cable_length, access_cable_length                         instead of their latencies; need the name of a cable
///   switch_latency, cable_latency, access_cable_latency, nic_latency, scale_up_latency   0 ns
///   scale_up            a kind that `catalog --scale-ups` lists; that of `accelerator`, or switched at 3600 Gbps
///   scale_up_rate, scale_up_peer_rate, scale_up_link_rate, scale_up_domain_nodes   as in a cluster file
///   scale_up_OPTION     an option of that kind, for example scale_up_dims=4x4x8
///   routing             spray or another name; ecmp
///   lossless            true (default) or false
///   virtual_channels    of each link; 8 by default
/// Every other key is an option of the generator. What is left out and no part states is said in ClusterSpec::assumed.
/// Throws InputError that names the key.
[[nodiscard]] ClusterChoice load_one_liner(const std::string& text, const Parts& parts);
/// The same as the message of a cluster without a name.
[[nodiscard]] v1::Cluster one_liner_message(const std::string& text, const Parts& parts);

}  // namespace polyplane::sim
