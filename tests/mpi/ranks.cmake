# Schedules on real ranks (mpi/schedule_runner.h): tests without mpirun, under mpirun, and of the program.
set(objects polyplane_mpi polyplane_cli polyplane_sim polyplane_topology polyplane_collectives polyplane_configs
  polyplane_base)

# Without mpirun: what only computes.
add_executable(test_mpi
  operation_test.cpp
  perf_table_test.cpp
  run_plan_test.cpp
  test_data_test.cpp
  user_buffers_test.cpp)
target_link_libraries(test_mpi PRIVATE ${objects} GTest::gtest_main)
gtest_discover_tests(test_mpi DISCOVERY_MODE PRE_TEST PROPERTIES LABELS mpi)

# Under mpirun. Ranks share memory and this machine, however few cores it has; two tests side by side would only stand in each
# other's way.
function(add_mpi_test name ranks)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "EXIT_CODE;MATCHES" "COMMAND")
  set(command ${CMAKE_COMMAND} -E env
    OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
    PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe OMPI_MCA_btl_vader_single_copy_mechanism=none
    OMPI_MCA_btl=self,vader OMPI_MCA_hwloc_base_binding_policy=none ASAN_OPTIONS=detect_leaks=0
    ${MPIEXEC_EXECUTABLE} -n ${ranks} ${arg_COMMAND})
  if(DEFINED arg_EXIT_CODE)
    set(command ${CMAKE_CURRENT_SOURCE_DIR}/expect_exit.sh ${arg_EXIT_CODE} "${arg_MATCHES}" ${command})
  endif()
  add_test(NAME ${name} COMMAND ${command})
  set_tests_properties(${name} PROPERTIES LABELS mpi PROCESSORS 2 TIMEOUT 300)
  if(DEFINED arg_MATCHES AND NOT DEFINED arg_EXIT_CODE)
    set_tests_properties(${name} PROPERTIES PASS_REGULAR_EXPRESSION "${arg_MATCHES}")
  endif()
endfunction()

add_executable(test_mpi_ranks layer_test.cpp mpi_main.cpp program_runner_test.cpp runner_test.cpp)
target_link_libraries(test_mpi_ranks PRIVATE ${objects} GTest::gtest)
foreach(ranks 2 3 4)
  add_mpi_test(mpi.ranks_${ranks} ${ranks} COMMAND $<TARGET_FILE:test_mpi_ranks>)
endforeach()
foreach(ranks 2 3 4 5 8)
  add_mpi_test(mpi.verify_all_${ranks} ${ranks} COMMAND $<TARGET_FILE:polyplane-mpi> verify --all)
endforeach()

# Schedules of files.
set(inputs ${CMAKE_SOURCE_DIR}/tests/formats/inputs)
add_mpi_test(mpi.verify_files_2 2 COMMAND $<TARGET_FILE:polyplane-mpi> verify --schedule ${inputs}/msccl_xml/all-pairs.xml
  --schedule ${inputs}/msccl_xml/swap.xml --schedule ${inputs}/mscclpp_json/pair.json
  EXIT_CODE 0 MATCHES "3 algorithms, [0-9]+ cases, 0 wrong$")
add_mpi_test(mpi.verify_files_3 3 COMMAND $<TARGET_FILE:polyplane-mpi> verify --schedule ${inputs}/msccl_xml/chain.xml
  --schedule ${inputs}/msccl_xml/ring-all-reduce.xml --schedule ${inputs}/msccl_xml/ring-reduce-scatter.xml
  EXIT_CODE 0 MATCHES "3 algorithms, [0-9]+ cases, 0 wrong$")

# The command line: one text for all ranks, and exit codes.
add_mpi_test(mpi.help 2 COMMAND $<TARGET_FILE:polyplane-mpi> --help EXIT_CODE 0 MATCHES "  verify +runs schedules")
add_mpi_test(mpi.verify_help 2 COMMAND $<TARGET_FILE:polyplane-mpi> verify --help EXIT_CODE 0 MATCHES "--patience S")
add_mpi_test(mpi.no_command 2 COMMAND $<TARGET_FILE:polyplane-mpi> EXIT_CODE 2 MATCHES "^polyplane-mpi: a command is missing")
add_mpi_test(mpi.unknown_command 2 COMMAND $<TARGET_FILE:polyplane-mpi> verfy
  EXIT_CODE 2 MATCHES "^polyplane-mpi: unknown command .verfy.. did you mean .verify.")
add_mpi_test(mpi.unknown_option 2 COMMAND $<TARGET_FILE:polyplane-mpi> verify --al
  EXIT_CODE 2 MATCHES "^polyplane-mpi: unknown option .--al.. did you mean .--all.")
add_mpi_test(mpi.nothing_to_verify 2 COMMAND $<TARGET_FILE:polyplane-mpi> verify EXIT_CODE 2 MATCHES "what is to be verified is missing")
add_mpi_test(mpi.unknown_algorithm 2 COMMAND $<TARGET_FILE:polyplane-mpi> verify all_reduce rnig
  EXIT_CODE 2 MATCHES "did you mean .ring.")
add_mpi_test(mpi.unknown_datatype 2 COMMAND $<TARGET_FILE:polyplane-mpi> perf all_reduce -d half
  EXIT_CODE 2 MATCHES "--datatype: unknown datatype .half.")
add_mpi_test(mpi.unknown_reduction 2 COMMAND $<TARGET_FILE:polyplane-mpi> perf all_reduce -o avg
  EXIT_CODE 2 MATCHES "--op: unknown reduction .avg.")
add_mpi_test(mpi.bad_patience 2 COMMAND $<TARGET_FILE:polyplane-mpi> verify --all --patience 0 EXIT_CODE 2 MATCHES "--patience")

# Tables. Times are of no concern here; without files of calibrate the simulation says that it is a guess.
set(perf ${CMAKE_COMMAND} -E env POLYPLANE_MACHINE=${CMAKE_CURRENT_BINARY_DIR}/nowhere $<TARGET_FILE:polyplane-mpi> perf)
add_mpi_test(mpi.perf_table 2 COMMAND ${perf} all_reduce -b 8 -e 64K -f 8 -n 3 -w 1
  EXIT_CODE 0 MATCHES "NOT CALIBRATED")
add_mpi_test(mpi.perf_json 3 COMMAND ${perf} alltoall -b 1K -e 4K -n 3 --algorithm pairwise --in-place --format json
  EXIT_CODE 0 MATCHES "polyplane/mpi-perf/1")
add_mpi_test(mpi.perf_csv 2 COMMAND ${perf} dispatch -b 512 -e 1K -n 3 --format csv EXIT_CODE 0 MATCHES "^[0-9]+,128,uint8,none,-1,")
add_mpi_test(mpi.perf_barrier 2 COMMAND ${perf} barrier -n 3 EXIT_CODE 0 MATCHES "MPI_Barrier")
add_mpi_test(mpi.perf_files 3 COMMAND ${perf} all_reduce -b 3K -e 12K -n 3 --schedule ${inputs}/msccl_xml/ring-all-reduce.xml
  EXIT_CODE 0 MATCHES "msccl:ring")

# GOAL: tags, any source, any tag; who is wrong is told.
set(machine ${CMAKE_COMMAND} -E env POLYPLANE_MACHINE=${CMAKE_CURRENT_BINARY_DIR}/nowhere $<TARGET_FILE:polyplane-mpi>)
add_mpi_test(mpi.run_goal_4 4 COMMAND ${machine} run ${inputs}/goal/ring.goal -n 3 EXIT_CODE 0 MATCHES "%$")
add_mpi_test(mpi.run_goal_3 3 COMMAND ${machine} run ${inputs}/goal/three.goal -n 3 EXIT_CODE 0 MATCHES "%$")
add_mpi_test(mpi.run_goal_other_ranks 2 COMMAND ${machine} run ${inputs}/goal/ring.goal
  EXIT_CODE 2 MATCHES "is for 4 ranks, not for 2: mpirun -n 4")

# Ranks that fail.
add_executable(farewell_ranks farewell_ranks.cpp)
target_link_libraries(farewell_ranks PRIVATE ${objects})
add_mpi_test(mpi.all_fail_alike 3 COMMAND $<TARGET_FILE:farewell_ranks> alike
  EXIT_CODE 2 MATCHES "^polyplane-mpi: the same everywhere$")
add_mpi_test(mpi.some_fail 3 COMMAND $<TARGET_FILE:farewell_ranks> apart EXIT_CODE 3 MATCHES "^polyplane-mpi: rank 1: one$")
add_mpi_test(mpi.one_fails_alone 3 COMMAND $<TARGET_FILE:farewell_ranks> alone
  EXIT_CODE 3 MATCHES "^polyplane-mpi: rank 1: nobody else$")
