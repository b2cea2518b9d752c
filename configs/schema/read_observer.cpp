#include "configs/schema/read_observer.h"

namespace polyplane::configs {
namespace {

thread_local ReadObserver* youngest = nullptr;

}  // namespace

ReadObserver::ReadObserver() : older_(youngest) { youngest = this; }

ReadObserver::~ReadObserver() { youngest = older_; }

void tell_document(const std::string& path, std::string_view text, const google::protobuf::Message& root) {
  if (youngest == nullptr) return;
  youngest->on_message(root);
  youngest->on_document(path, text, root);
}

void tell_file(std::string_view bytes) {
  if (youngest != nullptr) youngest->on_file(bytes);
}

}  // namespace polyplane::configs
