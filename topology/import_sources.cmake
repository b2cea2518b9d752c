# Readers of real fabrics and what they share.
set(POLYPLANE_IMPORT_SOURCES
  import/astra_sim.cpp
  import/fabric_builder.cpp
  import/graphml.cpp
  import/host_network.cpp
  import/ibnetdiscover.cpp
  import/importer.cpp
  import/link_latencies.cpp
  import/nccl_rates.cpp
  import/nccl_xml.cpp
  import/number_switches.cpp
  import/nvidia_smi.cpp
  import/pcie_tree.cpp
  import/simai.cpp
  import/slurm_conf.cpp
  import/slurm_topology.cpp
  import/slurm_yaml.cpp)
