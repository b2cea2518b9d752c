set(POLYPLANE_SIM_REPORT write_report.cpp write_topo_report.cpp)
