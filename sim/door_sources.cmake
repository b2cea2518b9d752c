# Doors: where files become our own types. They link polyplane_configs, the one way to protobuf.
set(POLYPLANE_SIM_DOORS
  catalog.cpp
  describe.cpp
  load_cluster.cpp
  load_experiment.cpp
  load_flows.cpp
  load_graph.cpp
  load_stack.cpp
  one_liner.cpp
  part_lookup.cpp
  parts.cpp
  rank_list.cpp)
