# Readers and writers of schedules and traces, and what they share.
set(POLYPLANE_FORMAT_SOURCES
  export/chakra.cpp
  export/exporter.cpp
  export/goal.cpp
  export/goal_binary.cpp
  export/msccl_blocks.cpp
  export/msccl_xml.cpp
  export/schedule_program.cpp
  export/simai_layers.cpp
  export/simai_workload.cpp
  goal_file.cpp
  import/astra_system.cpp
  import/buffer_places.cpp
  import/chakra.cpp
  import/chakra_calls.cpp
  import/chakra_json.cpp
  import/chakra_records.cpp
  import/goal.cpp
  import/goal_binary.cpp
  import/importer.cpp
  import/lane_draft.cpp
  import/mpi_record.cpp
  import/mpi_record_actor.cpp
  import/mpi_record_calls.cpp
  import/mpi_record_communicators.cpp
  import/mpi_record_file.cpp
  import/mpi_record_messages.cpp
  import/mpi_record_scale.cpp
  import/msccl_algo.cpp
  import/msccl_xml.cpp
  import/simai_workload.cpp
  import/mscclpp_json.cpp
  import/sized_steps.cpp)

# Chakra's messages, compiled by protoc; they stay inside import/chakra*.cpp and export/chakra.cpp.
find_package(Protobuf REQUIRED)
find_package(ZLIB REQUIRED)  # traces may be gzipped
set(chakra_generated ${PROJECT_BINARY_DIR}/generated)
file(MAKE_DIRECTORY ${chakra_generated})
add_custom_command(
  OUTPUT ${chakra_generated}/collectives/import/chakra.pb.cc ${chakra_generated}/collectives/import/chakra.pb.h
  COMMAND protobuf::protoc -I ${PROJECT_SOURCE_DIR} --cpp_out=${chakra_generated}
          ${CMAKE_CURRENT_SOURCE_DIR}/import/chakra.proto
  DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/import/chakra.proto protobuf::protoc
  COMMENT "Generating the messages of Chakra")
add_library(polyplane_chakra STATIC ${chakra_generated}/collectives/import/chakra.pb.cc
                                    ${chakra_generated}/collectives/import/chakra.pb.h)
target_include_directories(polyplane_chakra SYSTEM PUBLIC ${chakra_generated})
target_link_libraries(polyplane_chakra PUBLIC protobuf::libprotobuf ZLIB::ZLIB)
