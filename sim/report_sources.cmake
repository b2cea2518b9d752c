set(POLYPLANE_SIM_REPORT utf8.cpp write_report.cpp write_topo_report.cpp)
