# Readers of real fabrics and what they share.
set(POLYPLANE_IMPORT_SOURCES
  import/fabric_builder.cpp
  import/ibnetdiscover.cpp
  import/importer.cpp
  import/link_latencies.cpp
  import/number_switches.cpp
  import/text_source.cpp)
