#include "sim/view/read_recorder.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/utf8.h"
#include "sim/view/figures.h"

namespace polyplane::sim {
namespace {

struct Role {
  std::string_view message;  // of configs/schema
  const char* kind;
  bool has_text;  // of a part of the catalogue the figures say all
};
constexpr std::array kRoles{Role{"Experiment", "experiment", true},
                            Role{"Cluster", "cluster", true},
                            Role{"Stack", "stack", true},
                            Role{"Model", "model", true},
                            Role{"PriceSheet", "prices", true},
                            Role{"NcclTuning", "nccl-tuning", true},
                            Role{"Accelerator", "accelerator", false},
                            Role{"Switch", "switch", false},
                            Role{"Nic", "nic", false},
                            Role{"Cable", "cable", false}};

std::size_t place_of(std::string_view kind) {
  return static_cast<std::size_t>(std::ranges::find(kRoles, kind, &Role::kind) - kRoles.begin());
}

}  // namespace

void ReadRecorder::on_document(const std::string& path, std::string_view text, const google::protobuf::Message& root) {
  const auto role = std::ranges::find(kRoles, root.GetDescriptor()->name(), &Role::message);
  if (role == kRoles.end() || !known_.insert(path).second) return;
  const bool is_shipped = path.starts_with(directory_ + "/");
  const std::string name = is_shipped ? std::filesystem::path(path).stem().string() : path;
  add_figures(role->kind, valid_utf8(name), root, figures_);
  if (!role->has_text) return;
  v1::SourceText& source = sources_.emplace_back();
  source.set_role(role->kind);
  source.set_name(valid_utf8(name));
  if (text.size() <= kMostSourceBytes) source.set_text(std::string(text));
}

void ReadRecorder::write(v1::Recording& recording) const {
  std::vector<v1::SourceText> sources = sources_;
  std::ranges::stable_sort(sources, {}, [](const v1::SourceText& source) { return place_of(source.role()); });
  for (v1::SourceText& source : sources) *recording.add_sources() = std::move(source);
  std::vector<v1::Figure> figures = figures_;
  std::ranges::stable_sort(figures, {}, [](const v1::Figure& figure) { return place_of(figure.kind()); });
  for (v1::Figure& figure : figures) *recording.add_figures() = std::move(figure);
}

}  // namespace polyplane::sim
