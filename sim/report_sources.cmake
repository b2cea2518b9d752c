set(POLYPLANE_SIM_REPORT campaign/write_compare.cpp campaign/write_tune.cpp write_exchanges.cpp write_programs.cpp write_report.cpp write_bill.cpp write_steps.cpp write_topo_report.cpp)
