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
  import/slurm_yaml.cpp
  import/text_source.cpp
  import/xml.cpp
  import/yaml.cpp
  import/yaml_view.cpp)

find_package(pugixml REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
