// Notes what is read while an experiment is put together: the texts of its files, and every figure of the parts in use
// with its source. For recordings (configs/schema/view.proto).
#pragma once

#include <google/protobuf/message.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "configs/schema/read_observer.h"
#include "configs/schema/view.pb.h"

namespace polyplane::sim {

/// Of longer files the text is left out.
inline constexpr std::size_t kMostSourceBytes = 1'000'000;

class ReadRecorder final : public configs::ReadObserver {
 public:
  /// `directory`: of the catalogue, whose files go by their names.
  explicit ReadRecorder(std::string directory) : directory_(std::move(directory)) {}

  void on_message(const google::protobuf::Message& /*root*/) override {}
  void on_file(std::string_view /*bytes*/) override {}
  void on_document(const std::string& path, std::string_view text, const google::protobuf::Message& root) override;

  /// Experiments first, then clusters and the others; figures by kind, each part once, in the order of reading.
  void write(v1::Recording& recording) const;

 private:
  std::string directory_;
  std::set<std::string> known_;  // paths
  std::vector<v1::SourceText> sources_;
  std::vector<v1::Figure> figures_;
};

}  // namespace polyplane::sim
