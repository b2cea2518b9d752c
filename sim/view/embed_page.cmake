# Makes a C++ file of the bytes of a page: cmake -D PAGE=... -D SOURCE=... -P embed_page.cmake
file(READ ${PAGE} bytes HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
file(WRITE ${SOURCE} "// Generated from viz/dist/report.html.
#include \"sim/view/report_page.h\"

namespace polyplane::sim {

static const unsigned char kPage[] = {
${bytes}};

std::string_view page_template() { return {reinterpret_cast<const char*>(kPage), sizeof(kPage)}; }

}  // namespace polyplane::sim
")
