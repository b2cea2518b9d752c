// One function a subcommand: from its plain options to text on stdout and an exit code. Errors leave as exceptions that
// main.cpp turns into exit codes.
#pragma once

#include "cli/command_line.h"

namespace polyplane::cli {

[[nodiscard]] int run_perf(const PerfArguments& arguments);
[[nodiscard]] int run_experiment(const RunArguments& arguments);
[[nodiscard]] int run_explain(const ExplainArguments& arguments);
[[nodiscard]] int run_diff(const DiffArguments& arguments);
[[nodiscard]] int run_topo(const TopoArguments& arguments);
[[nodiscard]] int run_compare(const CompareArguments& arguments);
[[nodiscard]] int run_tune(const TuneArguments& arguments);
[[nodiscard]] int run_fit(const FitArguments& arguments);
[[nodiscard]] int run_sweep(const SweepArguments& arguments);
[[nodiscard]] int run_merge(const MergeArguments& arguments);
[[nodiscard]] int run_validate(const ValidateArguments& arguments);
[[nodiscard]] int run_import(const ImportArguments& arguments);
[[nodiscard]] int run_export(const ExportArguments& arguments);
[[nodiscard]] int run_catalog(const CatalogArguments& arguments);
[[nodiscard]] int run_completion(const CompletionArguments& arguments);
[[nodiscard]] int run_complete_names(const CompleteNamesArguments& arguments);
[[nodiscard]] int run_report(const ReportArguments& arguments);
[[nodiscard]] int run_doctor(const DoctorArguments& arguments);

}  // namespace polyplane::cli
