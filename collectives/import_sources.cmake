# Readers and writers of schedules and traces, and what they share.
set(POLYPLANE_FORMAT_SOURCES
  import/importer.cpp)
