# Readers and writers of schedules and traces, and what they share.
set(POLYPLANE_FORMAT_SOURCES
  export/exporter.cpp
  export/msccl_blocks.cpp
  export/msccl_xml.cpp
  export/schedule_program.cpp
  import/buffer_places.cpp
  import/importer.cpp
  import/lane_draft.cpp
  import/msccl_algo.cpp
  import/msccl_xml.cpp
  import/sized_steps.cpp)
