set(POLYPLANE_SIM_REPORT campaign/diff.cpp campaign/write_compare.cpp campaign/write_tune.cpp fit/write_calibration.cpp fit/write_fit.cpp fit/write_validation.cpp write_exchanges.cpp write_programs.cpp write_report.cpp write_bill.cpp write_steps.cpp write_topo_report.cpp view/check_view.cpp view/cluster_recorder.cpp view/fabric_view.cpp view/figures.cpp view/link_tracks.cpp view/load_series.cpp view/name_table.cpp view/program_lanes.cpp view/quick_answers.cpp view/read_recorder.cpp view/read_result.cpp view/recorder.cpp view/recording_file.cpp view/report_page.cpp ${PROJECT_BINARY_DIR}/generated/sim/view/page_template.cpp)

# The page of a report, built from viz/ by make viz and committed.
add_custom_command(
  OUTPUT ${PROJECT_BINARY_DIR}/generated/sim/view/page_template.cpp
  COMMAND ${CMAKE_COMMAND} -D PAGE=${PROJECT_SOURCE_DIR}/viz/dist/report.html
          -D SOURCE=${PROJECT_BINARY_DIR}/generated/sim/view/page_template.cpp
          -P ${PROJECT_SOURCE_DIR}/sim/view/embed_page.cmake
  DEPENDS ${PROJECT_SOURCE_DIR}/viz/dist/report.html ${PROJECT_SOURCE_DIR}/sim/view/embed_page.cmake
  COMMENT "Embedding the page of reports")
