// Results as messages of configs/schema/report.proto, for the sources that write reports.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "configs/schema/report.pb.h"
#include "sim/report.h"

namespace polyplane::sim {

struct Compared;
struct Comparison;
struct ReportOrigin;
struct TopoReport;

/// Whole documents, as to_json() of write_report.h, campaign/write_compare.h and write_topo_report.h print them.
void fill(std::span<const Report> reports, const ReportOrigin& origin, v1::Report& to);
void fill(const Comparison& comparison, const Compared& compared, const std::string& version, v1::CompareReport& to);
void fill(const TopoReport& report, const std::string& version, v1::TopoReport& to);

/// `explained`: the attribution too.
void fill(const CollectiveResult& from, bool explained, v1::CollectiveResult& to);
void fill(const Attribution& from, v1::Attribution& to);
void fill(const TimeSpread& from, v1::Spread& to);
/// `time`: of the result that was asked about.
void fill(const std::vector<Sensitivity>& from, Duration time, google::protobuf::RepeatedPtrField<v1::Sensitivity>& to);

}  // namespace polyplane::sim
