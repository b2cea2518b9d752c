# Readers and writers of schedules and traces, and what they share.
set(POLYPLANE_FORMAT_SOURCES
  export/exporter.cpp
  export/goal.cpp
  export/goal_binary.cpp
  export/msccl_blocks.cpp
  export/msccl_xml.cpp
  export/schedule_program.cpp
  goal_file.cpp
  import/buffer_places.cpp
  import/goal.cpp
  import/goal_binary.cpp
  import/importer.cpp
  import/lane_draft.cpp
  import/msccl_algo.cpp
  import/msccl_xml.cpp
  import/sized_steps.cpp)
