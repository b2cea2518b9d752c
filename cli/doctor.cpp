// polyplane doctor: is this machine, and this installation, fit for the work?
#include <fmt/format.h>
#include <unistd.h>

#include <bit>
#include <cfenv>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/units.h"
#include "cli/catalog_entries.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/exit_code.h"
#include "cli/json_records.h"
#include "cli/output.h"
#include "cli/output_style.h"
#include "cli/text_table.h"
#include "cli/version.h"

namespace polyplane::cli {
namespace {

struct DoctorArguments {
  CommonArguments common;
};

Command declare(DoctorArguments& doctor) {
  Command command{"doctor", "checks this machine and this installation",
                  Examples{"polyplane doctor", "polyplane doctor --format json"}};
  add_common(command, doctor.common);
  return command;
}

using Align = TextTable::Align;

struct Finding {
  std::string check, found;
  bool good = true;
};

/// Results are the same bits everywhere only where doubles round to nearest, one operation at a time.
Finding check_floating_point() {
  // With x = 1 + 2^-30, x * x is 1 + 2^-29 + 2^-60; rounded before the subtraction, the last term is gone. A fused
  // multiply-add would keep it.
  volatile double x = 1.0 + 0x1p-30;
  const double product = x * x;
  const double rest = product - (1.0 + 0x1p-29);
  const bool good = std::fegetround() == FE_TONEAREST && std::bit_cast<std::uint64_t>(rest) == 0;
  return {"floating point", good ? "IEEE 754 doubles, to nearest, nothing fused" : "does not round as IEEE 754 asks",
          good};
}

Finding check_arithmetic() {
  // 1 GiB at 400 Gbps: 8 x 2^30 bit / 4e11 bit/s = 21474836480 ps exactly.
  const Duration time = transmission_time(Bytes(std::int64_t{1} << 30U), BitRate::from_bps(400'000'000'000));
  const bool good = time == Duration::from_ps(21'474'836'480);
  return {"exact times", good ? "1 GiB at 400 Gbps = 21474836480 ps" : "wrong: 1 GiB at 400 Gbps = " + to_string(time),
          good};
}

Finding check_memory() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page_size = sysconf(_SC_PAGE_SIZE);
  if (pages <= 0 || page_size <= 0) return {"memory", "unknown", true};
  const double gibibytes = static_cast<double>(pages) * static_cast<double>(page_size) / (1024.0 * 1024 * 1024);
  return {"memory", fmt::format("{:.1f} GiB", gibibytes), gibibytes >= 1};
}

Finding check_catalog() {
  try {
    const sim::Catalog catalog = sim::Catalog::open();
    std::string counts;
    for (const std::string& kind : catalog_kinds()) {
      counts += (counts.empty() ? "" : ", ") + std::to_string(catalog_entries(catalog, {kind}, "").size()) + " " + kind;
    }
    return {"catalogue", counts, true};
  } catch (const InputError& error) { return {"catalogue", error.what(), false}; }
}

int run_doctor(const DoctorArguments& arguments) {
  const std::string format = apply_output_style(arguments.common, {"table", "json"});
  const std::vector<Finding> findings = {
      {"version", std::string("polyplane ") + kVersion + ", compiled by " + POLYPLANE_COMPILER, true},
      {"processors", std::to_string(std::thread::hardware_concurrency()), true},
      check_memory(),
      check_floating_point(),
      check_arithmetic(),
      check_catalog(),
  };
  bool good = true;
  TextTable table({Align::left, Align::left, Align::left});
  std::vector<JsonRecord> records;
  for (const Finding& finding : findings) {
    good = good && finding.good;
    const std::string verdict = finding.good ? "ok" : "PROBLEM";
    table.add({verdict, finding.check, finding.found});
    records.push_back({{"check", finding.check}, {"verdict", verdict}, {"found", finding.found}});
  }
  print(format == "json" ? json_records("polyplane/doctor/1", "checks", records) : table.text());
  return good ? kExitFine : kExitFailed;
}

}  // namespace

Command doctor_command() { return make_command(declare, run_doctor); }

}  // namespace polyplane::cli
